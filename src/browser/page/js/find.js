// Looks a document through for an element: how well how many fit, and which frames are to be asked as well.
const [question, place, limit, done] = arguments;
const started = performance.now();
origin = place.origin;

const survey = () => {
  const { found, tier, error } = search(question.locator, question.purpose);
  return { tier: tier ?? null, count: found.length, matches: found.slice(0, 8).map(describe), error: error || null, frames: framesFor(question) };
};
const attempt = () => {
  let seen;
  try {
    seen = survey();
  } catch (error) {
    seen = { tier: null, count: 0, matches: [], error: { kind: "page", message: String(error) }, frames: [] };
  }
  if (seen.count > 0 || performance.now() - started >= limit) return done(seen);
  nextFrame(attempt);
};
attempt();
