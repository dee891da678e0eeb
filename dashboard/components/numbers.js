// Numbers as a reader's language writes them.

export function formats(locale) {
  const number = form => new Intl.NumberFormat(locale, form);
  const digits = (least, more) =>
    number({minimumFractionDigits: least, maximumFractionDigits: least, ...more});
  return {
    whole: digits(0),
    one: digits(1),
    two: digits(2),
    three: digits(3),
    signed: digits(2, {signDisplay: 'exceptZero'}),
    short: number({maximumFractionDigits: 2}),
    significant: number({maximumSignificantDigits: 2}),
    percents: [0, 1].map(count => digits(count, {style: 'percent'})),
    percent: number({style: 'percent', maximumSignificantDigits: 3}),
  };
}

// A probability as a person reads it: never zero where it is not, nor certain.
export function share({percents}, value) {
  if (value > 0 && value < 0.0005) return `< ${percents[1].format(0.001)}`;
  const fine = (value >= 0.995 && value < 0.9995) || value < 0.0995;
  return percents[fine ? 1 : 0].format(value);
}
