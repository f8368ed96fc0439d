/** How often one caller may ask for tickets. */
export const OPENINGS = { name: 'session-open', max: 120, windowS: 60 };
