// The next frame. A document that isn't drawn, such as a frame off the screen, gets none: then a timer stands in.
// Prepended to the scripts that wait.
const nextFrame = (then) => {
  let isDue = true;
  const once = () => {
    if (isDue) then();
    isDue = false;
  };
  requestAnimationFrame(once);
  setTimeout(once, 100);
};
