// Goes before every script that waits. A tab in the background draws no frames, so nothing that waits for one would end there.
{
  const tell = arguments[arguments.length - 1];
  // Looked for again and again: Chromium doesn't always send `visibilitychange`.
  const timer = setInterval(() => { if (document.hidden) answer({ is_left: true }); }, 100);
  const answer = (value) => {
    clearInterval(timer);
    tell(value);
  };
  arguments[arguments.length - 1] = answer;
}
