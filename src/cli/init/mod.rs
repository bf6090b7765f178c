//! `shippass init`: a first configuration and a first checklist, from what a page shows of itself.

mod sight;
mod written;

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    Exit,
    arguments::{Global, InitArguments, SchemaOf},
    failure::Failure,
    glance::AskedDriver,
    pass::runtime,
    schema,
    terminal::Terminal,
};
use sight::Sight;

/// The folder beside the configuration that holds the schemas for editors.
pub(super) const SCHEMAS: &str = ".shippass";
const CONFIG: &str = "shippass.yaml";
const CHECKLIST: &str = "checklists/first-look.yaml";

pub(super) fn main(
    arguments: &InitArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let config = global.config.clone().unwrap_or_else(|| CONFIG.into());
    let folder = config.parent().unwrap_or(Path::new("")).to_owned();
    let checklist = folder.join(CHECKLIST);
    for path in [&config, &checklist] {
        if path.exists() {
            return Err(Failure::AlreadyThere { path: path.clone() });
        }
    }
    let sight = match &arguments.url {
        None => None,
        Some(url) => {
            let asked = AskedDriver {
                url: arguments.webdriver.as_ref(),
                listener: terminal.of_driver,
            };
            let looking = Sight::of(url, asked);
            Some(runtime()?.block_on(looking)?)
        }
    };
    let files = [
        (config.clone(), written::config(sight.as_ref())),
        (checklist.clone(), written::checklist(sight.as_ref())),
    ];
    for (path, text) in &files {
        write_new(path, text)?;
    }
    for (of, name) in [
        (SchemaOf::Checklist, "checklist"),
        (SchemaOf::Config, "config"),
    ] {
        let path = folder.join(SCHEMAS).join(format!("{name}.schema.json"));
        write(&path, &format!("{}\n", schema::text(of)))?;
    }
    if let Some(sight) = &sight {
        for remark in sight.remarks() {
            terminal.say(&remark);
        }
    }
    terminal.print(&told(sight.as_ref(), &config, &checklist, global));
    Ok(Exit::Clean)
}

/// What was written, and what to type next.
fn told(sight: Option<&Sight>, config: &Path, checklist: &Path, global: &Global) -> String {
    let mut lines = vec![
        format!("wrote {}", config.display()),
        format!("wrote {}", checklist.display()),
    ];
    let option = global.config.as_ref();
    let option = option.map_or_else(String::new, |path| format!(" --config {}", path.display()));
    lines.push("next:".to_owned());
    match sight {
        Some(sight) => {
            if let Some((_, form)) = &sight.form {
                let user = form.user.as_ref().map_or("", |_| "OWNER_EMAIL=… ");
                lines.push(format!(
                    "  export {user}OWNER_PASSWORD=…   # of a test account"
                ));
            }
        }
        None => lines.push(format!(
            "  edit {}: the address where the app runs",
            config.display()
        )),
    }
    lines.push(format!("  shippass run{option}"));
    lines.join("\n")
}

/// Writes a file that isn't there yet.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    make_folder(path)?;
    match File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Failure::AlreadyThere {
            path: path.to_owned(),
        }),
        outcome => outcome.map_err(|source| not_written(path, source)),
    }
}

/// Writes a file that is made from this version, over one of an older version.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    make_folder(path)?;
    File::create(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| not_written(path, source))
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    let folder: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(|source| not_written(&folder, source))
}

fn not_written(path: &Path, source: io::Error) -> Failure {
    Failure::Io {
        what: format!("write {}", path.display()),
        source,
    }
}
