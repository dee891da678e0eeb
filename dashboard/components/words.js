// Words in lines, prose in a picture, shares and colours: what the pictures of a translation have in common.

const BIG = 18, BODY = 16, SMALL = 14;                   // px of letters: tokens, sentences, notes
const BOX = 34, PAD = 8, GAP = 10, NARROWEST = 44;       // px: a token's box, inside it, between words, its width at least
const ROW = 30;                                          // px a bar
const WIDE = 760;                                        // px from which two columns stand side by side

function flow(view, tokens, width) {                      // tokens in lines; a word's pieces touch and stay together if they can
  const sized = tokens.map(({text}) => {
    const shown = cut(view, text, BIG, width - 2 * PAD);
    return {shown, width: Math.ceil(Math.max(NARROWEST, letters(view, shown, BIG) + 2 * PAD))};
  });
  let x = 0, line = 0;
  return sized.map((one, i) => {
    let word = one.width;
    for (let j = i + 1; j < tokens.length && tokens[j].joined && !tokens[i].joined; j++) word += sized[j].width;
    if (x && !tokens[i].joined) x += GAP;
    if (x && x + word > width) { x = 0; line += 1; }
    const place = {...one, x, line};
    x += one.width;
    return place;
  });
}

function letters(view, text, size, bold = true) {
  const pen = view.pen ??= document.createElement('canvas').getContext('2d');
  pen.font = `${bold ? 700 : 400} ${size}px ${view.font ??= getComputedStyle(view.root).fontFamily}`;
  return pen.measureText(text).width;
}

function cut(view, text, size, width, bold = true) {
  let shown = text;
  while (letters(view, shown, size, bold) > width && shown.length > 2) shown = `${[...shown].slice(0, -2).join('')}…`;
  return shown;
}

function put(parent, x, y, text, size, style = '') {
  const element = add(parent, 'text', {x, y, 'font-size': size, class: style});
  element.textContent = text;
  return element;
}

function prose(view, parent, x, y, width, text, size, style = '', bold = false) {     // → the y below the last line
  let line = '';
  const room = width * .94;                               // a saved picture has another font, which may be wider
  const flush = () => { put(parent, x, y + size, line, size, style); y += Math.round(size * 1.4); };
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word;
    if (line && letters(view, longer, size, bold) > room) { flush(); line = word; } else line = longer;
  }
  flush();
  return y;
}

function token(parent, {shown, x, width}, y, style, shade = 0, bold = true) {
  const group = add(parent, 'g'), frame = {x: x + 1, y: y + 1, width: width - 2, height: BOX - 2, rx: 5};
  add(group, 'rect', {...frame, class: style});
  if (shade) add(group, 'rect', {...frame, class: 'shade', 'fill-opacity': shade.toFixed(3)});
  const text = put(group, x + width / 2, y + BOX / 2, shown, BIG, bold ? 'strong' : '');
  set(text, {dy: '.35em', 'text-anchor': 'middle'});
  return group;
}

function share({percents, labels}, value) {               // a probability as a person reads it
  if (value > 0 && value < .0005) return `< ${percents[1].format(.001)}`;
  return percents[value >= .995 && value < .9995 || value < .0995 ? 1 : 0].format(value);
}

const mix = (from, to, part) => from.map((value, i) => value + (to[i] - value) * part);

function rgb(css) {                                       // any CSS colour as three numbers
  const pen = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d');
  pen.fillStyle = css.trim() || '#888';
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
