//! What happens around the page: dialogs, tabs, downloads, file pickers.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    dialogs::Reply,
    messages::{ContextEvent, DownloadEvent, FileDialogEvent, PromptEvent},
    observer::Shared,
    stage::{FileDialog, Tab},
    watcher::Watcher,
};
use crate::evidence::{DownloadedFile, Happening, RunEvent, StepIndex, hex};

/// A download that has begun.
#[derive(Debug)]
pub(super) struct OpenDownload {
    at: Option<StepIndex>,
    name: String,
    url: String,
}

impl Watcher {
    /// A tab that a page opens is the page that a person has before them from then on.
    pub(super) fn open_tab(&mut self, event: &ContextEvent) {
        let is_opened_by_page = {
            let mut stage = self.shared.stage();
            let opener = event.original_opener.as_ref();
            let is_own = opener.is_some_and(|opener| stage.has_tab(opener));
            if event.parent.is_none() && is_own {
                stage.tabs.push(Tab {
                    context: event.context.clone(),
                    url: event.url.clone(),
                });
            }
            event.parent.is_none() && is_own
        };
        self.shared.new_tabs.know(&event.context);
        if is_opened_by_page {
            let at = self.shared.stage().at;
            self.blank_tabs.insert(event.context.clone(), at);
            self.turn_page();
            self.shared.mark(|marks| marks.happenings += 1);
        }
    }

    /// A tab is told of by its first address; it is opened without one.
    pub(super) fn name_tab(&mut self, context: &str, url: &str) {
        if let Some(Some(at)) = self.blank_tabs.remove(context) {
            let url = self.shared.redactor().url(url);
            let happening = Happening::NewTab { url };
            let event = RunEvent::Happened { at, happening };
            self.shared.witness.recorder.record(event);
        }
    }

    /// When it is closed, its opener is there again.
    pub(super) fn close_tab(&mut self, event: &ContextEvent) {
        let was_page = {
            let mut stage = self.shared.stage();
            let was_page = stage.page() == event.context;
            stage.tabs.retain(|tab| tab.context != event.context);
            was_page
        };
        self.name_tab(&event.context, &event.url);
        // Nothing more is told of what it was still loading.
        self.give_up_on(|open| open.is_of(&event.context));
        if was_page {
            self.turn_page();
        }
    }

    fn turn_page(&self) {
        self.shared.mark(|marks| {
            marks.navigations += 1;
            marks.loading = 0;
        });
    }

    /// A dialog stops the page: it is answered as the step says, one that it doesn't know of is closed at once.
    pub(super) fn prompt(&mut self, event: PromptEvent) {
        let answer = self.shared.stage().dialog.clone();
        // The driver leaves a page that it was told to leave without asking back.
        let is_left = event.handler.as_deref() == Some("accept");
        let reply = Reply::to(&event.kind, event.default_value.as_deref(), answer.as_ref());
        let is_accepted = is_left || reply.is_accepted;
        let mut params = json!({"context": event.context, "accept": is_accepted});
        if let Some(text) = reply.text {
            params["userText"] = json!(text);
        }
        self.shared.stage().said.push(event.message.clone());
        self.happen(Happening::Dialog {
            kind: event.kind,
            text: self.shared.redactor().text(&event.message),
            is_accepted,
            is_expected: answer.is_some(),
        });
        let bidi = self.shared.bidi.clone();
        tokio::spawn(async move {
            // Somebody else may have closed it by now.
            let _ = bidi.send("browsingContext.handleUserPrompt", params).await;
        });
    }

    /// The picker itself isn't shown while somebody listens for it.
    pub(super) fn pick_file(&mut self, event: FileDialogEvent) {
        self.shared.stage().file_dialog = event.element.map(|element| FileDialog {
            context: event.context,
            element: element.shared_id,
        });
        self.shared.mark(|marks| marks.happenings += 1);
    }

    pub(super) fn begin_download(&mut self, event: DownloadEvent) {
        let redactor = self.shared.redactor();
        let open = OpenDownload {
            at: self.shared.stage().at,
            name: redactor.text(&event.suggested_filename.unwrap_or_default()),
            url: redactor.url(&event.url),
        };
        let id = event.download.unwrap_or(event.url);
        if self.downloads.insert(id, open).is_none() {
            self.shared.mark(|marks| {
                marks.happenings += 1;
                marks.downloads += 1;
            });
        }
    }

    pub(super) fn end_download(&mut self, event: DownloadEvent) {
        let id = event.download.unwrap_or(event.url);
        if let Some(open) = self.downloads.remove(&id) {
            let file = event.filepath.filter(|_| event.status == "complete");
            let shared = Arc::clone(&self.shared);
            tokio::spawn(finish_download(shared, open, file));
        }
    }

    /// What was still under way when the connection ended.
    pub(super) fn leave_all(&mut self) {
        for (_, open) in std::mem::take(&mut self.downloads) {
            open.record(&self.shared, None);
        }
        for context in self.blank_tabs.clone().into_keys() {
            self.name_tab(&context, "about:blank");
        }
    }
}

impl OpenDownload {
    fn record(self, shared: &Shared, file: Option<DownloadedFile>) {
        let Self { at, name, url } = self;
        if let Some(at) = at {
            let happening = Happening::Download { name, url, file };
            shared
                .witness
                .recorder
                .record(RunEvent::Happened { at, happening });
        }
    }
}

async fn finish_download(shared: Arc<Shared>, open: OpenDownload, path: Option<PathBuf>) {
    // Only what lies in the browser's own folder: on another machine the path means something else here.
    let own = path.filter(|path| shared.downloads.as_deref() == path.parent());
    let file = match own {
        Some(path) => tokio::task::spawn_blocking(move || take_in(&path).ok()).await,
        None => Ok(None),
    };
    open.record(&shared, file.ok().flatten());
    shared.mark(|marks| marks.downloads = marks.downloads.saturating_sub(1));
}

/// Reads a file once, and removes it: its hash says whether it was the right one.
fn take_in(path: &Path) -> io::Result<DownloadedFile> {
    let mut hash = Hashing {
        digest: Sha256::new(),
    };
    let size = io::copy(&mut File::open(path)?, &mut hash)?;
    std::fs::remove_file(path)?;
    let sha256 = hex(&hash.digest.finalize());
    Ok(DownloadedFile { size, sha256 })
}

struct Hashing {
    digest: Sha256,
}

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.digest.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
