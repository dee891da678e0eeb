// How a lesson looks: tokens with the loss of each as a bar above it, and what was expected after either prefix.

const TALL = 56;                                         // px of the dearest token's bar
const VIRIDIS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

function lay(view) {                                      // what depends on the width, but not on the position
  const {data, box, root, gold, own, labels} = view, width = view.width = box.clientWidth, style = getComputedStyle(root);
  const theme = ['background', 'text'].map(part => style.getPropertyValue(`--st-${part}-color`));
  const laid = `${data.id} ${width} ${labels.locale} ${theme}`;
  if (!width || view.laid === laid) return;
  const [ground, ink] = theme.map(rgb), light = ground[0] + ground[1] + ground[2] > ink[0] + ink[1] + ink[2];
  const words = lane => flow(view, lane.map(({label, joined}) => ({text: label, joined})), width);
  const all = [...gold, ...own], most = Math.max(...all.flatMap(one => one.next.map(([text]) => letters(view, text, BIG))));
  Object.assign(view, {laid, tall: 0, ramp: light ? VIRIDIS.toReversed() : VIRIDIS, places: {gold: words(gold), own: words(own)}});
  view.dearest = Math.max(1, ...gold.map(one => one.smoothed), ...all.map(one => one.loss));
  view.rows = Math.max(...all.map(one => one.next.length));
  view.column = width < WIDE ? width : Math.round((width - 36) / 2);
  view.names = Math.min(Math.max(most, letters(view, others(view, gold[0]), BODY, false)), view.column * .42);
}

function draw(view) {
  const {picture, width, column, labels} = view;
  if (!width) return;
  picture.replaceChildren();
  const beside = width >= WIDE;
  let y = lane(view, 'gold', 3), right;
  if (!beside) y = bars(view, 'gold', 0, y, column) + 8;
  y = lane(view, 'own', y);
  if (beside) {
    right = bars(view, 'own', column + 36, y, column);
    y = Math.max(right, bars(view, 'gold', 0, y, column));
  } else y = bars(view, 'own', 0, y, column);
  const height = view.tall = Math.max(view.tall, y);      // never shorter: the page below stays where it is
  set(picture, {viewBox: `0 0 ${width} ${height}`, width, height});
}

const color = (view, part) => {                           // viridis; on light the dark end is the dear one
  const place = Math.max(0, Math.min(1, part)) * (VIRIDIS.length - 1), index = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return `rgb(${mix(view.ramp[index], view.ramp[index + 1], place - index).map(Math.round)})`;
};

function lane(view, which, y) {                           // a translation: a bar over each token says what it costs
  const {picture, width, data, labels, at} = view, steps = view[which], places = view.places[which];
  const shown = !data.hidden, mean = data.means[which], gold = which === 'gold';
  const soft = shown && gold && data.smoothing > 0, most = Math.max(...steps.map(one => soft ? Math.max(one.loss, one.smoothed) : one.loss));
  const head = shown ? TALL * most / view.dearest + 22 : 4, pitch = head + BOX + 14;
  y = prose(view, picture, 0, y, width, labels[which], BODY, 'strong', true);
  const note = shown && fill(gold ? labels.mean : labels.costs, {loss: view.nats.format(mean)});
  const after = soft ? ` ${fill(labels.softened, {loss: view.nats.format(data.means.smoothed)})}` : '';
  if (shown) y = prose(view, picture, 0, y, width, note + after, SMALL, 'title');
  y += 4;
  if (!shown && !gold) return curtain(view, 0, y, width, BOX + 20);
  const lines = places.at(-1).line + 1;
  if (shown && gold) for (let line = 0; line < lines; line++) {
    const level = y + line * pitch + head - 2 - TALL * mean / view.dearest;
    const end = Math.max(...places.filter(one => one.line === line).map(one => one.x + one.width));
    add(picture, 'path', {d: `M0 ${level}h${end}`, class: 'mean'});
  }
  steps.forEach((one, i) => {
    const place = places[i], top = y + place.line * pitch, base = top + head, here = i === at;
    const apart = !gold && one.label !== view.gold[i]?.label ? ' apart' : '';
    const style = `token${here ? ' now' : i < at ? ' read' : ''}${apart}`;
    const group = token(picture, place, base, style, 0, here);
    set(group, i <= last(view) ? {class: 'go', 'data-at': i} : {});
    if (!shown) return;
    const height = Math.max(1, TALL * one.loss / view.dearest), middle = place.x + place.width / 2;
    add(picture, 'rect', {x: place.x + 6, y: base - height - 2, width: place.width - 12, height, class: 'cost', fill: color(view, one.loss / view.dearest)});
    const level = TALL * one.smoothed / view.dearest;
    if (soft) add(picture, 'path', {class: 'soft', d: `M${place.x + 4} ${base - 2}v${-level}h${place.width - 8}v${level}`});
    if (!here && one.loss < Math.max(.5, data.means.gold)) return;   // the small ones would stand in the dashed line
    const number = put(picture, middle, base - (soft ? Math.max(height, level) : height) - 7, view.short.format(one.loss), SMALL - 1, here ? 'number strong' : 'number');
    number.setAttribute('text-anchor', 'middle');
  });
  return y + lines * pitch + 4;
}

function curtain(view, x, y, width, height) {
  add(view.picture, 'rect', {x: x + 1, y, width: width - 2, height: height - 8, rx: 6, class: 'curtain'});
  return y + height;
}

const others = ({labels, data}, one) => fill(labels.others, {n: data.vocabulary - one.next.length});

function bars(view, which, x, y, width) {                 // what was expected after a prefix, and what the target wants
  const {labels, picture, data, at, rows, names} = view, steps = view[which], one = steps[at], gold = which === 'gold';
  y = prose(view, picture, x, y, width, labels[`after_${which}`], BODY, 'strong', true);
  const read = one ? before(steps, at) : before(steps, steps.length);
  if (!data.hidden) y = prose(view, picture, x, y, width, read ? ending(read, 60) : labels.nothing, SMALL, 'title') + 6;
  const room = (rows + 1) * ROW, notes = [];
  if (data.hidden) return curtain(view, x, y, width, room);
  if (!one) return Math.max(prose(view, picture, x, y, width, fill(labels.finished, {N: steps.length}), BODY), y + room);
  const left = x + 22 + names + 12, length = x + width - left - 74, wanted = 1 - data.smoothing + data.smoothing / data.vocabulary;
  const row = (text, value, style, i) => {
    const middle = y + i * ROW + ROW / 2, chosen = style === 'chosen', long = Math.max(value > 0 ? 2 : 0, length * value);
    if (chosen) add(picture, 'path', {class: 'mark', d: `M${x + 4} ${middle - 7}l11 7l-11 7z`});
    const label = put(picture, x + 22, middle, text, style === 'rest' ? BODY : BIG, chosen ? 'strong' : style === 'rest' ? 'dim' : '');
    label.setAttribute('dy', '.35em');
    add(picture, 'rect', {x: left, y: middle - 10, width: length, height: 20, class: 'bar-of track'});
    add(picture, 'rect', {x: left, y: middle - 10, width: long, height: 20, class: `bar-of ${style}`});
    if (gold && chosen) add(picture, 'path', {class: 'wanted', d: `M${left + length * wanted - 1.5} ${middle - 13}v26`});
    put(picture, left + length + 8, middle, share(view, value), BIG, chosen ? 'strong' : '').setAttribute('dy', '.35em');
  };
  one.next.forEach(([text, value], i) => row(cut(view, text, BIG, names), value, i === one.chosen ? 'chosen' : 'other', i));
  row(cut(view, others(view, one), BODY, names, false), one.rest, 'rest', one.next.length);
  y += room + 6;
  const facts = {share: view.exact.format(Math.exp(-one.loss)), loss: view.nats.format(one.loss)};
  y = prose(view, picture, x, y, width, fill(gold ? labels.loss : labels.loss_own, facts), BIG, 'strong', true);
  if (gold && data.smoothing > 0) notes.push(fill(labels.smoothed, {...facts, smoothing: view.plain.format(data.smoothing),
    rest: view.plain.format(1 - data.smoothing), smoothed: view.nats.format(one.smoothed),
    uniform: view.nats.format((one.smoothed - (1 - data.smoothing) * one.loss) / data.smoothing)}));
  if (gold) notes.push(labels.wanted);
  else notes.push(before(view.gold, at) === read ? labels.same_prefix : labels.other_prefix);
  for (const note of notes) y = prose(view, picture, x, y, width, note, SMALL, 'title');
  return y + 6;
}
