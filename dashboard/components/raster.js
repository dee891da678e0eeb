// Pictures of numbers, a pixel a cell, each made once.

function remember(known, key, make) {
  if (!known.has(key)) known.set(key, make());
  return known.get(key);
}

function raster(width, height, color) {                   // a pixel a cell → a data address
  const canvas = Object.assign(document.createElement('canvas'), {width, height}), pen = canvas.getContext('2d');
  const pixels = pen.createImageData(width, height);
  for (let i = 0; i < width * height; i++) pixels.data.set([...color(i), 255], 4 * i);
  pen.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}
