// How a step looks: words in lines, bars, what the heads looked at, an RNN's numbers.

const CELL = 15;                                         // px a row of numbers
const WHOLE = .02;                                        // what shares add up to if it is so near to 1: they are rounded
const DARKEST = 0.58;                                    // of the shading: text on it keeps a contrast of 4.5 : 1

// ---- where things stand

function lay(view) {                                      // what depends on the width, but not on the step
  const {data, steps, box, root, labels} = view, width = view.width = box.clientWidth, style = getComputedStyle(root);
  const theme = ['background', 'text', 'primary'].map(part => style.getPropertyValue(`--st-${part}-color`));
  const laid = `${data.id} ${width} ${labels.locale} ${theme}`;
  if (!width || view.laid === laid) return;
  const [ground, ink, hue] = theme.map(rgb);
  Object.assign(view, {laid, colors: {ground, ink, hue}, images: new Map(), tall: 0, room: null});
  view.read = flow(view, data.source.map(([text, joined]) => ({text, joined})), width);
  view.wrote = flow(view, steps.map(({label, joined}) => ({text: label, joined})), width);
  view.rows = Math.max(...steps.map(one => one.next.length));
  const most = Math.max(...steps.flatMap(one => one.next.map(([text]) => letters(view, text, BIG))));
  view.column = width < WIDE ? width : Math.round(width * (data.states ? .5 : .54));
  view.names = Math.min(Math.max(most, letters(view, others(view, steps[0]), BODY, false)), view.column * .45);
}

// ---- drawing

function draw(view) {
  const {picture, width, data, column} = view;
  if (!width) return;
  picture.replaceChildren();
  let y = writing(view, reading(view, 3));
  const beside = width >= WIDE, left = bars(view, y, column);
  const [x, room] = beside ? [column + 36, width - column - 37] : [0, width - 1];
  let right = facts(view, x, beside ? y : left, room);
  if (data.states) right = vectors(view, x, right, room);
  else if (data.layers * data.heads > 1) right = grid(view, x, right, room);
  const height = view.tall = Math.max(view.tall, left, right);         // never shorter: the page below stays where it is
  set(picture, {viewBox: `0 0 ${width} ${height}`, width, height});
}

function reading(view, y) {
  const {data, labels, picture, width} = view, attends = Boolean(data.attention), weights = attends && looks(view);
  const most = weights && peak(weights), pitch = BOX + (attends ? 26 : 10);
  y = prose(view, picture, 0, y, width, attends ? labels.looked : labels.source, SMALL, 'title');
  if (attends) y = scale(view, y, weights.reduce((sum, weight) => sum + weight));
  y += 6;
  view.read.forEach((one, i) => {
    const top = y + one.line * pitch;
    token(picture, one, top, `token${i === most ? ' most' : ''}`, attends ? shading(weights[i]) : 0, i === most);
    if (attends && weights[i] >= .01) {
      const note = put(picture, one.x + one.width / 2, top + BOX + SMALL + 2, share(view, weights[i]), SMALL, i === most ? 'strong' : 'dim');
      note.setAttribute('text-anchor', 'middle');
    }
  });
  y += (view.read.at(-1).line + 1) * pitch;
  return attends ? y + 4 : prose(view, picture, 0, y, width, labels.unattended, BODY) + 8;
}

function scale(view, y, sum) {                            // the legend of the shading: beside the title, or below it
  const {labels, picture, width} = view, size = letters(view, labels.looked, SMALL, false), swatch = 48;
  const text = Math.abs(sum - 1) < WHOLE ? labels.share : fill(labels.share_less, {sum: view.exact.format(sum)});
  const all = letters(view, text, SMALL, false) + 8 + 4 * swatch, beside = size + 24 + all <= width;
  let x = beside ? width - all - 1 : 0;
  const top = beside ? y - 20 : y;
  put(picture, x, top + SMALL, text, SMALL, 'dim');
  x += all - 4 * swatch;
  for (const value of [0, .1, .3, 1]) {
    add(picture, 'rect', {x, y: top - 2, width: swatch, height: 20, class: 'token plain'});
    add(picture, 'rect', {x, y: top - 2, width: swatch, height: 20, class: 'shade', 'fill-opacity': shading(value)});
    put(picture, x + swatch / 2, top + SMALL - 1, view.percents[0].format(value), SMALL - 1).setAttribute('text-anchor', 'middle');
    x += swatch;
  }
  return beside ? y : y + 24;
}

function writing(view, y) {
  const {labels, picture, width, steps, at} = view, pitch = BOX + 26;
  y = prose(view, picture, 0, y, width, labels.target, SMALL, 'title') + 6;
  for (let i = 0; i <= at.step; i++) {
    const one = steps[i], here = i === at.step, off = one.rank > 1 ? ' unlikely' : '';
    if (here && hidden(view, i)) { token(picture, blank(view, i), y + blank(view, i).line * pitch, 'token now'); break; }
    const place = view.wrote[i], top = y + place.line * pitch;
    const group = token(picture, place, top, `token${here ? ' now' : ' plain'}${off}`, 0, here);
    set(group, {class: here ? 'appear' : 'past', 'data-step': i});
    const note = put(group, place.x + place.width / 2, top + BOX + SMALL + 2, share(view, Math.exp(one.logprob)), SMALL, 'dim');
    note.setAttribute('text-anchor', 'middle');
  }
  return y + (view.wrote.at(-1).line + 1) * pitch + 8;
}

function blank({wrote, width}, step) {                    // where the next word will stand, whatever it is
  const before = wrote[step - 1] ?? {x: -GAP, width: 0, line: 0}, x = before.x + before.width + GAP;
  const fits = x + NARROWEST <= width;
  return {shown: '?', x: fits ? x : 0, line: before.line + !fits, width: NARROWEST};
}

const others = ({labels, data}, one) => fill(labels.others, {n: data.vocabulary - one.next.length});

function bars(view, y, width) {
  const {labels, picture, steps, at, rows, names: column} = view, one = steps[at.step];
  y = prose(view, picture, 0, y, width, labels.next, SMALL, 'title') + 6;
  const below = y + (rows + 1) * ROW + 8;
  if (hidden(view, at.step)) {
    add(picture, 'rect', {x: 1, y, width: width - 2, height: below - y - 8, rx: 6, class: 'curtain'});
    prose(view, picture, 20, y + 20, width - 40, labels.guess, BIG);
    return below;
  }
  const x = 22 + column + 12, room = width - x - 74;
  const row = (text, value, style, i) => {
    const middle = y + i * ROW + ROW / 2, chosen = style === 'chosen', length = Math.max(value > 0 ? 2 : 0, room * value);
    if (chosen) add(picture, 'path', {class: 'mark', d: `M4 ${middle - 7}l11 7l-11 7z`});
    const label = put(picture, 22, middle, text, style === 'rest' ? BODY : BIG, chosen ? 'strong' : style === 'rest' ? 'dim' : '');
    label.setAttribute('dy', '.35em');
    add(picture, 'rect', {x, y: middle - 10, width: room, height: 20, class: 'bar-of track'});
    add(picture, 'rect', {x, y: middle - 10, width: length, height: 20, class: `bar-of ${style}`});
    put(picture, x + length + 8, middle, share(view, value), BIG, chosen ? 'strong' : '').setAttribute('dy', '.35em');
  };
  one.next.forEach(([text, value], i) => row(cut(view, text, BIG, column), value, i === one.chosen ? 'chosen' : 'other', i));
  row(cut(view, others(view, one), BODY, column, false), one.rest, 'rest', one.next.length);
  return below;
}

function facts(view, x, y, width) {
  const {labels, picture, steps, at} = view;
  const lines = one => {
    const [token, top] = [one.next[one.chosen][0], one.next[0][0]], level = SURE.find(([least]) => one.next[0][1] >= least)[1];
    return [
      [fill(one.rank > 1 ? labels.other : labels.best, {token, top, rank: one.rank}), BIG, 'strong'],
      [fill(labels.entropy, {sure: labels[level]}), BIG, 'strong'],
      [fill(labels.tail, {share: share(view, one.rest), bits: view.exact.format(one.entropy)}), BODY, ''],
    ];
  };
  const write = (parent, one) => lines(one).reduce((below, [text, size, style]) =>
    prose(view, parent, x, below, width, text, size, style, style === 'strong') + 4, y);
  const probe = document.createElementNS(SVG, 'g');       // the same room at every step: what stands below does not jump
  view.room ??= Math.max(...steps.map(one => write(probe, one))) - y;
  if (!hidden(view, at.step)) write(picture, steps[at.step]);
  return y + view.room + 12;
}

// Every head at once: a block a layer, a row a head, a column a source position.
function grid(view, x, y, width) {
  const {labels, picture, data, at} = view, {layers, heads} = data, gutter = 22, gap = 14;
  y = prose(view, picture, x, y, width, labels.heads, SMALL, 'title') + 24;
  const block = (width - gutter - gap * (layers - 1)) / layers, pitch = Math.max(8, Math.min(20, 168 / heads));
  for (let l = 0; l < layers; l++) {
    const left = x + gutter + l * (block + gap);
    const chosen = at.layer === l && at.head == null;
    put(picture, left, y - 6, `${labels.layer} ${l + 1}`, SMALL, chosen ? 'strong' : 'dim');
    set(add(picture, 'image', {x: left, y, width: block, height: pitch * heads, preserveAspectRatio: 'none', 'image-rendering': 'pixelated'}),
      {href: blend(view, l)});
    add(picture, 'rect', {x: left, y, width: block, height: pitch * heads, class: `frame${chosen ? ' chosen' : ''}`});
    for (let h = 0; h < heads; h++) {
      const here = at.head === h && (at.layer == null || at.layer === l), top = y + h * pitch;
      if (l === 0 && pitch >= 12) put(picture, x, top + pitch / 2, h + 1, SMALL - 1, at.head === h ? 'strong' : 'dim').setAttribute('dy', '.35em');
      set(add(picture, 'rect', {x: left, y: top, width: block, height: pitch, class: `head frame${here ? ' chosen' : ''}`}),
        {'data-layer': l, 'data-head': h, 'pointer-events': 'all'});
    }
  }
  for (const chosen of picture.querySelectorAll('.frame.chosen')) picture.append(chosen);          // on top of its neighbours
  return y + pitch * heads + 12;
}

function blend(view, layer) {                             // one layer's heads at this step, H rows of S cells
  const {data, at, images, colors} = view, {heads, source, attention} = data, S = source.length, row = attention[at.step];
  return remember(images, `grid ${at.step} ${layer}`, () => raster(S, heads, i =>
    mix(colors.ground, colors.hue, shading(row[layer * heads * S + i] / 1000))));
}

// Hidden vectors: a row each, a cell a number.
function vectors(view, x, y, width) {
  const {labels, picture, data, held, at} = view, {width: size} = held, count = data.source.length;
  y = prose(view, picture, x, y, width, labels.states, SMALL, 'title');
  y = prose(view, picture, x, y, width, fill(labels.states_meaning, {width: size}), SMALL) + 4;
  y = ruler(view, x, y) + 10;
  const names = Math.min(140, width * .34), left = x + names, room = width - names;
  const strip = (key, values, rows, height) => {
    set(add(picture, 'image', {x: left, y, width: room, height, preserveAspectRatio: 'none', 'image-rendering': 'pixelated'}),
      {href: paint(view, key, values, rows)});            // where cells are finer than pixels some drop out, but none mix
    add(picture, 'rect', {x: left, y, width: room, height, class: 'frame'});
  };
  const pitch = Math.max(3, Math.min(CELL, 360 / count)), weights = data.attention && looks(view), most = weights && peak(weights);
  y = prose(view, picture, x, y, width, labels.encoder, SMALL, 'dim') + 2;
  strip('encoder', held.encoder, count, pitch * count);
  if (pitch > 6) for (let s = 1; s < count; s++) set(add(picture, 'path', {d: `M${left} ${y + s * pitch}h${room}`}), {class: 'gap'});
  data.source.forEach(([text], s) => {
    if (pitch < 13 && s !== most) return;
    const middle = y + (s + .5) * pitch, note = weights && weights[s] >= .05 ? ` ${share(view, weights[s])}` : '';
    if (weights) {
      const shade = {class: 'shade', 'fill-opacity': shading(weights[s]).toFixed(3)};
      add(picture, 'rect', {x, y: middle - CELL / 2, width: names - 4, height: CELL, ...shade});
    }
    put(picture, x + 3, middle, cut(view, text, SMALL - 1, names - 50) + note, SMALL - 1, s === most ? 'strong' : '').setAttribute('dy', '.35em');
  });
  if (weights) add(picture, 'rect', {x: left, y: y + most * pitch, width: room, height: pitch, class: 'frame chosen'});
  y += pitch * count + 8;
  for (const part of ['decoder', 'context']) {
    if (!held[part]) continue;
    y = prose(view, picture, x, y, width, labels[part], SMALL, 'dim') + 2;
    strip(`${part} ${at.step}`, held[part].subarray(at.step * size, (at.step + 1) * size), 1, 20);
    y += 26;
  }
  return y;
}

function ruler(view, x, y) {                              // the legend of the numbers: -1 to 1
  const {picture} = view, length = 140;
  put(picture, x, y + SMALL, '−1', SMALL);
  set(add(picture, 'image', {x: x + 22, y: y + 1, width: length, height: 16, preserveAspectRatio: 'none'}),
    {href: paint(view, 'legend', Int8Array.from({length: 255}, (_, i) => i - 127), 1)});
  add(picture, 'rect', {x: x + 22, y: y + 1, width: length, height: 16, class: 'frame'});
  put(picture, x + 22 + length / 2, y + SMALL, '0', SMALL).setAttribute('text-anchor', 'middle');
  put(picture, x + 28 + length, y + SMALL, '1', SMALL);
  return y + 20;
}

function paint(view, key, values, rows) {                 // orange, the page's own colour, purple: told apart by everybody
  const {images, colors: {ground, ink}} = view, dark = ground[0] + ground[1] + ground[2] < ink[0] + ink[1] + ink[2];
  const ends = dark ? [[253, 184, 99], [190, 180, 225]] : [[179, 88, 6], [84, 39, 136]];
  return remember(images, key, () => raster(values.length / rows, rows, i => mix(ground, ends[+(values[i] > 0)], Math.abs(values[i]) / 127)));
}
