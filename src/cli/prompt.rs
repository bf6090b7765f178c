//! `shippass prompt`: what went wrong, with its pictures, for a conversation with a model.

use std::path::{Path, PathBuf};

use super::{
    Exit,
    arguments::{ClipboardOf, PromptArguments},
    clipboard,
    failure::Failure,
    handed::{Handed, make_folder},
    terminal::Terminal,
};
use crate::bundle::{paths::slug, refuse_inside, write_whole};
use crate::detect::Status;
use crate::handoff::{BRIEF, BundleView, Choice, Prompt, PromptPicture, cases, prompt};
use crate::report::visible;

pub(super) fn main(arguments: &PromptArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let handed = Handed::open(&arguments.bundle)?;
    let view = handed.view(None);
    let (choice, name) = chosen(arguments);
    let cases = cases(&view, &choice)?;
    if cases.is_empty() {
        terminal.say(&nothing(&view));
        return Ok(Exit::Clean);
    }
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => beside(&arguments.bundle, &name),
    };
    refuse_inside(handed.folder(), &out)?;
    let prompt = prompt(&view, &cases);
    write(&prompt, &out)?;
    terminal.print(&listed(&prompt, &out));
    match arguments.clipboard {
        None => {}
        Some(ClipboardOf::Text) => clipboard::text(&prompt.text, terminal)?,
        Some(ClipboardOf::Picture) => match prompt.pictures.first() {
            Some(picture) => clipboard::picture(&picture.drawn, terminal)?,
            None => terminal.say("there is no picture to copy"),
        },
    }
    Ok(Exit::Clean)
}

/// That there is nothing to hand over, and whether that is good.
fn nothing(view: &BundleView<'_>) -> String {
    let why = match view.cut_off() {
        _ if view.document.worst() == Status::Clean => "every step is clean".to_owned(),
        Some(why) => format!(
            "nothing was flagged, but the run was cut short ({})",
            visible::line(why)
        ),
        None => "no step was walked".to_owned(),
    };
    format!("{why}: there is nothing to hand over; `--step N` tells of one all the same")
}

/// What is to be told, and a word for it in the folder's name.
fn chosen(arguments: &PromptArguments) -> (Choice, String) {
    match (&arguments.step, &arguments.finding) {
        (Some(step), _) => (Choice::Step(step.clone()), format!("step-{}", slug(step))),
        (None, Some(id)) => (Choice::Finding(id.clone()), slug(id)),
        (None, None) => (Choice::Flagged, "flagged".to_owned()),
    }
}

/// `screenshots/01k9xq-prompt-f1`: beside the bundle, which is sealed.
fn beside(bundle: &Path, name: &str) -> PathBuf {
    let whole = bundle.canonicalize().unwrap_or_else(|_| bundle.to_owned());
    let is_folder = whole.is_dir();
    let stem = if is_folder {
        whole.file_name()
    } else {
        whole.file_stem()
    };
    let stem = stem.map(|stem| stem.to_string_lossy().into_owned());
    let folder = format!("{}-prompt-{name}", stem.as_deref().unwrap_or("bundle"));
    match bundle.parent() {
        Some(parent) if bundle.file_name().is_some() => parent.join(folder),
        _ => whole.with_file_name(folder),
    }
}

fn write(prompt: &Prompt, out: &Path) -> Result<(), Failure> {
    make_folder(out)?;
    for PromptPicture { name, drawn, .. } in &prompt.pictures {
        write_whole(&out.join(name), |file| file.write_all(&drawn.bytes))?;
    }
    // Last: where it lies, all that it refers to lies too.
    write_whole(&out.join(BRIEF), |file| {
        file.write_all(prompt.text.as_bytes())
    })?;
    Ok(())
}

/// The files with what they cost a model that reads them.
fn listed(prompt: &Prompt, out: &Path) -> String {
    let mut lines = vec![format!(
        "{}  about {} tokens",
        out.join(BRIEF).display(),
        prompt.text_tokens()
    )];
    let pictures = prompt
        .pictures
        .iter()
        .map(|PromptPicture { name, drawn, what }| {
            let (width, height) = (drawn.width, drawn.height);
            let tokens = drawn.tokens();
            format!(
                "{}  {width}x{height}, about {tokens} tokens: {what}",
                out.join(name).display()
            )
        });
    lines.extend(pictures);
    lines.push(format!("about {} tokens together", prompt.tokens()));
    lines.join("\n")
}
