// Puts what was stored into the first document of each origin, before the page's own code runs.
({ mark, storages }) => {
  const put = (storage, entries) => {
    for (const [key, value] of Object.entries(entries)) storage.setItem(key, value);
  };
  try {
    const kept = storages[location.origin];
    if (!kept || sessionStorage.getItem(mark)) return;
    sessionStorage.setItem(mark, "1");
    put(localStorage, kept.local);
    put(sessionStorage, kept.session);
  } catch {
    // A document that may not store anything has nothing to take up.
  }
}
