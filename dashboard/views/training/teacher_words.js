// What stands before a position.

export const prefix = (lane, at) =>
  lane
    .slice(0, at)
    .map(entry => entry.text)
    .join('')
    .trim();

// Of a long text its last words, whole ones.
export const ending = (text, most) =>
  text.length > most ? `… ${text.slice(-most).replace(/^\S*\s/, '')}` : text;
