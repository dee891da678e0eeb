// How the maps stand beside each other, and how a step's numbers are drawn.

const NOTE = 13;                                         // px of letters below a title
const APART = 22, LEAST = 230, MOST = 26, LABELLED = 10;  // px: between maps, a map's least width, its largest cell, the least with labels
const FEW = 3, TICKS = [13, 11], LONG = 6.5;              // letters beside cells in px: of so many maps, of more; their width at most, in letters' heights
const SLANTED = 15, ROOM = [6, 20];                       // px of a cell from which labels above are slanted; px to the right of a map, upright or slanted
const LINE = 22;                                          // px of a row of numbers

// ---- where the maps stand

function lay(view) {
  const {data, box, root, labels} = view, width = view.width = box.clientWidth, style = getComputedStyle(root);
  const theme = ['background', 'text'].map(part => style.getPropertyValue(`--st-${part}-color`));
  const laid = `${data.id} ${width} ${labels.locale} ${theme}`;
  if (!width || view.laid === laid) return;
  const [ground, ink] = theme.map(rgb), dark = ground[0] + ground[1] + ground[2] < ink[0] + ink[1] + ink[2];
  Object.assign(view, {laid, images: new Map(), strips: new Map(), ground, dark});
  view.scales = {weight: data.scales.weight.map(rgb), signed: data.scales[dark ? 'dark' : 'light'].map(rgb)};
  const {panels} = data, tick = TICKS[+(panels.length > FEW)], long = tick * LONG, columns = Math.max(1, ...panels.map(one => one.columns.length));
  const names = Math.min(long, Math.max(0, ...panels.flatMap(one => one.rows.map(text => letters(view, text, tick, false))))) + 6;
  const above = Math.min(long, Math.max(0, ...panels.flatMap(one => one.columns.map(text => letters(view, text, tick, false))))) + 12;
  const wanted = Math.max(LEAST, names + ROOM[0] + columns * LABELLED);
  const across = Math.max(1, Math.min(panels.length, 5, Math.floor((width + APART) / (wanted + APART))));
  const wide = Math.min((width - APART * (across - 1)) / across, 560);
  const [upright, slanted] = ROOM.map(room => (wide - names - room) / columns), free = slanted >= SLANTED ? slanted : Math.min(upright, SLANTED - .1);
  const cell = Math.min(MOST, free < LABELLED ? (wide - 4) / columns : free), labelled = cell >= LABELLED && free >= LABELLED;
  Object.assign(view, {tick, long, across, wide, size: cell, labelled, gutter: labelled ? names : 2, above: labelled ? above : 6});
}

// ---- drawing the maps

function draw(view) {
  const {maps, width, data, across, wide} = view;
  if (!width) return;
  maps.replaceChildren();
  view.places = [];
  let y = 2;
  for (let i = 0; i < data.panels.length; i += across) {
    const some = data.panels.slice(i, i + across), tops = some.map((one, j) => head(view, one, j * (wide + APART), y));
    const top = Math.max(...tops) + view.above;
    const bottoms = some.map((one, j) => map(view, one, j * (wide + APART) + view.gutter, top));
    y = Math.max(...bottoms) + 22;
  }
  if (data.panels.length) y = legend(view, y);
  set(maps, {viewBox: `0 0 ${width} ${y}`, width, height: y});
  compute(view);
}

function head(view, panel, x, y) {                        // a map's title, its kind and what the model wrote
  const {maps, wide, chosen, data, labels} = view, here = panel === chosen && !data.hidden;
  if (here) add(maps, 'path', {class: 'mark', d: `M${x} ${y + 4}l10 6.5l-10 6.5z`});
  y = prose(view, maps, x + (here ? 16 : 0), y, wide - 16, panel.title, BODY, 'strong', true);
  if (panel.about) y = prose(view, maps, x, y, wide, panel.about, NOTE, 'dim');
  if (data.show === 'own') y = prose(view, maps, x, y + 2, wide, fill(labels.text, {text: broken(view, panel.text, wide)}), NOTE);
  if (data.show === 'difference' && chosen && !panel.same) y = prose(view, maps, x, y, wide, labels.uncut, NOTE, 'dim');
  return y;
}

// No word wider than its map.
const broken = (view, text, wide) => text.split(' ').map(word => cut(view, word, NOTE, wide * .9, false)).join(' ');

function map(view, panel, x, y) {
  const {maps, size, labelled, tick, long, at, chosen, data, images} = view, {rows, columns} = panel, signed = differs(view, panel);
  const [layer, which] = heads(view, panel), [width, height] = [columns.length * size, rows.length * size];
  view.places.push({x, y, cell: size});
  const image = remember(images, `${panel.name} ${layer} ${which} ${signed && chosen.name}`, () => {
    const values = rows.flatMap((_, step) => cells(view, panel, step));
    return raster(columns.length, rows.length, i => signed ? ramp(view.scales.signed, (values[i] + 1) / 2) : ramp(view.scales.weight, values[i]));
  });
  const frame = {x, y, width, height}, angle = size < SLANTED ? 90 : 60;
  set(add(maps, 'image', {...frame, preserveAspectRatio: 'none', 'image-rendering': 'pixelated', class: data.hidden ? '' : 'pickable'}), {href: image});
  add(maps, 'rect', {...frame, class: 'frame'});
  const marked = chosen && !data.hidden && (panel === chosen || (data.show !== 'own' && panel.same)), S = tick / 2 - 2;
  if (labelled) rows.forEach((text, i) => {
    const here = marked && i === at.step, shown = cut(view, text, tick, long, here);
    set(put(maps, x - 5, y + (i + .5) * size + S, shown, tick, here ? 'strong' : ''), {'text-anchor': 'end'});
  });
  if (labelled) columns.forEach((text, i) => {
    const [left, top] = [x + (i + .5) * size + 3, y - 4];
    set(put(maps, left, top, cut(view, text, tick, long, false), tick), {transform: `rotate(${-angle} ${left} ${top})`});
  });
  if (marked) for (const style of ['under', 'row']) {
    add(maps, 'rect', {x: x - 1, y: y + at.step * size - 1, width: width + 2, height: size + 2, class: style});
  }
  return y + height;
}

function legend(view, y) {
  const {maps, data, labels, chosen, scales} = view, length = 160;
  const bar = (x, scale, ends, text) => {
    const image = raster(length, 1, i => ramp(scale, i / (length - 1)));
    set(add(maps, 'image', {x, y, width: length, height: 12, preserveAspectRatio: 'none'}), {href: image});
    add(maps, 'rect', {x, y, width: length, height: 12, class: 'frame'});
    ends.forEach((end, i) => set(put(maps, x + i * length / (ends.length - 1), y + 27, end, NOTE), {'text-anchor': ['start', ...Array(ends.length - 2).fill('middle'), 'end'][i]}));
    return prose(view, maps, x, y + 31, view.width - x, text, NOTE, 'dim');
  };
  const below = bar(1, scales.weight, ['0', '1'], labels.scale);
  if (data.show !== 'difference' || !chosen) return below;
  const x = 1 + length + 2 * APART;
  return Math.max(below, bar(x, scales.signed, ['−1', '0', '1'], fill(labels.scale_difference, {title: chosen.title})));
}

function ramp(scale, value) {                             // from 0 to 1 through all colours of a scale
  const at = Math.max(0, Math.min(1, value)) * (scale.length - 1), low = Math.min(Math.floor(at), scale.length - 2);
  return mix(scale[low], scale[low + 1], at - low);
}

// ---- drawing the numbers

function compute(view) {
  const {told, chosen, numbers, data, labels, width} = view;
  told.replaceChildren();
  told.toggleAttribute('hidden', !chosen || data.hidden || (!numbers && !data.pending));
  if (told.hasAttribute('hidden')) return;
  told.setAttribute('aria-label', fill(labels.numbers, {title: chosen.title}));
  let y = prose(view, told, 0, 12, width, fill(labels.computed, {title: chosen.title, n: view.at.step + 1, target: chosen.rows[view.at.step]}), BIG, 'strong', true);
  y = numbers ? tell(view, y) : prose(view, told, 0, y + 8, width, labels.waking, BODY, 'dim');
  set(told, {viewBox: `0 0 ${width} ${y + 8}`, width, height: y + 8});
}

function tell(view, y) {
  const {told, chosen, numbers, labels, width, at} = view, T = chosen.rows.length, S = chosen.columns.length;
  const [layer, which] = heads(view, chosen), weights = which.map(h => slice(chosen.weights, (layer * chosen.heads + h) * T + at.step, S));
  const sharp = peak(weights.map(some => Math.max(...some))), block = layer * chosen.heads + which[sharp];
  const step = block * T + at.step, own = weights[sharp].map(value => value / 1000), most = peak(own);
  if (chosen.layers * chosen.heads > 1) {
    const text = which.length > 1 ? labels.sharpest : labels.computed_head;
    y = prose(view, told, 0, y, width, fill(text, {layer: layer + 1, head: which[sharp] + 1}), NOTE, 'dim');
  }
  y = vector(view, y + 6, fill(labels.query, {width: numbers.width}), 'query', step);
  if (numbers.centre) y = prose(view, told, 0, y, width, fill(labels.window, {window: numbers.window, centre: view.two.format(numbers.centre[at.step])}), NOTE) + 4;
  y = table(view, y + 4, {scores: slice(numbers.scores, step, S), factor: numbers.gaussian && slice(numbers.gaussian, at.step, S), own, most, block, S});
  y = vector(view, y + 8, fill(labels.context, {width: numbers.width}), 'context', step);
  return prose(view, told, 0, y, width, labels.colours, NOTE, 'dim');
}

const slice = (values, row, width) => values.slice(row * width, (row + 1) * width);

function vector(view, y, text, name, place) {             // a vector's name, its first numbers, all of it as a strip
  const {told, numbers: {width: size, first: {[name]: firsts}}, width} = view, first = firsts[place];
  y = prose(view, told, 0, y, width, `${text} = (${first.map(value => view.two.format(value)).join('; ')}; …)`, NOTE + 1);
  strip(view, name, place * size, size, 0, y + 2, width - 1, 16);
  return y + 26;
}

function strip(view, name, start, size, x, y, width, height) {
  const {scales: {signed}, numbers, strips} = view, {values} = numbers[name];
  const image = remember(strips, `${name} ${start}`, () => raster(size, 1, i => ramp(signed, (values[start + i] / 127 + 1) / 2)));
  const place = {x: x + .5, y, width, height};
  set(add(view.told, 'image', {...place, preserveAspectRatio: 'none', 'image-rendering': 'pixelated'}), {href: image});
  add(view.told, 'rect', {...place, class: 'frame'});
}

function table(view, y, {scores, factor, own, most, block, S}) {
  const {told, chosen, numbers, labels, width} = view, names = Math.min(120, width * .26), gap = 10;
  const roomy = width >= WIDE, strips = roomy ? 3 : 2;
  const parts = [numbers.keys && ['keys', strips], ['score', 2.4], factor && ['gaussian', roomy ? 1.2 : 2.2], ['weight', 3], ['values', strips]].filter(Boolean);
  const unit = (width - names - gap * parts.length) / parts.reduce((sum, [, share]) => sum + share, 0);
  const largest = Math.max(...scores.map(score => Math.abs(score ?? 0)), 1e-9);
  let x = names + gap;
  const begin = prose(view, told, 0, y, names, labels.source, NOTE, 'dim');
  const tops = parts.map(([name, share], i) => {
    const left = x;
    x += share * unit + gap;
    return [name, left, share * unit, prose(view, told, left, y, share * unit, labels[name === 'weight' && factor ? 'weight_gaussian' : name], NOTE, 'dim')];
  });
  y = Math.max(begin, ...tops.map(([, , , below]) => below)) + 4;
  for (let s = 0; s < S; s++, y += LINE) {
    const middle = y + LINE / 2, style = s === most ? 'strong' : '';
    const say = (left, text) => put(told, left, middle, text, NOTE, style).setAttribute('dy', '.35em');
    say(0, cut(view, chosen.columns[s], NOTE, names, s === most));
    for (const [name, left, room] of tops) {
      if (name === 'keys' || name === 'values') strip(view, name, (block * S + s) * numbers.width, numbers.width, left, y + 3, room, LINE - 6);
      if (name === 'gaussian') say(left, view.two.format(factor[s]));
      if (name === 'score') scored(view, left, y, room, scores[s], largest, s === most, say);
      if (name === 'weight') weighted(view, left, y, room, own[s], s === most, say);
    }
  }
  return y;
}

function scored(view, x, y, room, score, largest, most, say) {      // to the right of its zero where it is positive
  const text = score == null ? '−∞' : view.two.format(score), letters = 56, length = room - letters;
  say(x, text);
  if (score == null || length < 30) return;
  const middle = x + letters + length / 2, size = Math.abs(score) / largest * length / 2;
  add(view.told, 'rect', {x: score < 0 ? middle - size : middle, y: y + 5, width: size, height: LINE - 10, class: `bar-of${most ? ' most' : ''}`});
  add(view.told, 'path', {d: `M${middle} ${y + 2}v${LINE - 4}`, class: 'zero'});
}

function weighted(view, x, y, room, weight, most, say) {
  const letters = 40, length = Math.max(0, room - letters);
  say(x, view.two.format(weight));
  add(view.told, 'rect', {x: x + letters, y: y + 4, width: length, height: LINE - 8, class: 'bar-of track'});
  add(view.told, 'rect', {x: x + letters, y: y + 4, width: length * weight, height: LINE - 8, class: `bar-of${most ? ' most' : ''}`});
}
