//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The signed-in smoke pass that a green build can't make.
#[derive(Debug, Parser)]
#[command(name = "shippass", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 clean, 1 flagged, failed, not run or not decidable, 2 wrong input, 3 the surroundings failed, 4 interrupted."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Configuration file; `shippass.yaml` here when there is one.
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Say more of what happens.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Say nothing but results.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = ColourChoice::Auto, value_name = "WHEN")]
    pub(super) color: ColourChoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Walks checklists against a target and writes a bundle.
    #[command(
        after_help = "Example:\n  shippass run --target preview checklists/quotes.yaml\n  shippass run --url http://localhost:3000 checklists/"
    )]
    Run(RunArguments),
    /// Walks the built-in checklists against the built-in app and writes a bundle.
    #[command(
        after_help = "Example:\n  shippass demo\n  shippass demo --fault sign-bounced\n  shippass demo --fault none --serve"
    )]
    Demo(DemoArguments),
    /// Runs the detectors again over a bundle, or over any HAR file, without a browser; writes nothing.
    #[command(
        after_help = "Example:\n  shippass inspect screenshots/01k9xq\n  shippass inspect --url https://preview.example recorded.har\n  shippass inspect --format json screenshots/01k9xq\n\nIgnore rules are those of the configuration, as they stood on the day of the recording.\n\nExit status: 0 clean, 1 flagged, failed, not run or not decidable, 2 wrong input."
    )]
    Inspect(InspectArguments),
    /// Writes what went wrong as one Markdown file with pictures, for a model or a colleague.
    #[command(
        after_help = "Example:\n  shippass prompt screenshots/01k9xq\n  shippass prompt screenshots/01k9xq --finding f1 --clipboard\n  shippass prompt screenshots/01k9xq --step 13 --clipboard picture\n\nSteps are counted through the whole walk, as they stand on its contact sheet."
    )]
    Prompt(PromptArguments),
    /// Writes a bundle as JUnit, SARIF, CTRF, HAR, or as Markdown for a pull request.
    #[command(
        after_help = "Example:\n  shippass export screenshots/01k9xq --format junit --out shippass.xml\n  shippass export screenshots/01k9xq --format sarif --out shippass.sarif\n  shippass export screenshots/01k9xq --format markdown >> \"$GITHUB_STEP_SUMMARY\""
    )]
    Export(ExportArguments),
    /// Packs a bundle into one zip; the same bundle gives the same bytes.
    #[command(
        after_help = "Example:\n  shippass pack screenshots/01k9xq\n  shippass pack screenshots/01k9xq --out for-qa.zip"
    )]
    Pack(PackArguments),
    /// Reads configuration and checklists without a browser and reports every mistake.
    #[command(after_help = "Example:\n  shippass check\n  shippass check checklists/quotes.yaml")]
    Check(CheckArguments),
    /// Writes `shippass.yaml` and a first checklist.
    #[command(
        after_help = "Example:\n  shippass init https://preview.example\n  shippass init localhost:3000\n  shippass init\n\nWith an address it looks at the page in a browser, and writes a sign-in in the page's own words if there is a form."
    )]
    Init(InitArguments),
    /// Looks whether everything is there that a run needs, and says how to mend what isn't.
    #[command(
        after_help = "Example:\n  shippass doctor\n  shippass doctor --format json\n\nExit status: 0 nothing keeps a run from being made, 3 something does."
    )]
    Doctor(DoctorArguments),
    /// Lists the detectors.
    #[command(after_help = "Example:\n  shippass detectors")]
    Detectors,
    /// Says what a detector means, when it stays silent and how to mend the app.
    #[command(after_help = "Example:\n  shippass explain html-for-json")]
    Explain {
        /// The detector's name.
        name: String,
    },
    /// Prints the JSON Schema of a file, for editors and scripts.
    #[command(
        after_help = "Example:\n  shippass schema checklist > checklist.schema.json\n\nIn a checklist, for editors:\n  # yaml-language-server: $schema=../checklist.schema.json"
    )]
    Schema {
        /// Which file.
        #[arg(value_enum, default_value_t = SchemaOf::Checklist)]
        of: SchemaOf,
    },
    /// Prints completions for a shell.
    #[command(
        after_help = "Example:\n  shippass completions bash > /etc/bash_completion.d/shippass"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(super) struct InspectArguments {
    /// The bundle's folder, its zip, or an HTTP archive (HAR 1.2) that any tool wrote.
    #[arg(value_name = "BUNDLE|FILE.har")]
    pub(super) of: PathBuf,
    /// The app's address in a HAR file; that of the first page when not given.
    #[arg(long, value_parser = address)]
    pub(super) url: Option<url::Url>,
    /// How the findings are printed.
    #[arg(long, value_enum, default_value_t = InspectionFormat::Text)]
    pub(super) format: InspectionFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum InspectionFormat {
    /// A table and the findings.
    #[value(alias = "human")]
    Text,
    /// For scripts.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct PromptArguments {
    /// The bundle's folder, or its zip.
    pub(super) bundle: PathBuf,
    /// One step: its number in the whole walk, or its id as `bundle.json` has it.
    #[arg(long, value_name = "N", group = "what")]
    pub(super) step: Option<String>,
    /// One finding: `f1`.
    #[arg(long, value_name = "ID", group = "what")]
    pub(super) finding: Option<String>,
    /// Everything that isn't clean, as when nothing else is said.
    #[arg(long, group = "what")]
    pub(super) flagged: bool,
    /// The folder to write; one beside the bundle when not given.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Put the text on the clipboard too, or the first picture.
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, default_missing_value = "text")]
    pub(super) clipboard: Option<ClipboardOf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ClipboardOf {
    /// The Markdown.
    Text,
    /// The picture that shows it closest.
    Picture,
}

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// The bundle's folder, or its zip.
    pub(super) bundle: PathBuf,
    /// The form.
    #[arg(long, value_enum)]
    pub(super) format: ExportFormat,
    /// The file to write; standard output when not given.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// JUnit XML: a suite for each checklist, a case for each step.
    Junit,
    /// SARIF 2.1.0: each finding at its line of the checklist.
    Sarif,
    /// CTRF, the Common Test Report Format.
    Ctrf,
    /// The HTTP archive, as the bundle holds it.
    Har,
    /// A summary for a pull request or a CI's page.
    Markdown,
    /// All that isn't clean, each with how to see it again and what would prove it mended.
    Brief,
}

#[derive(Debug, Args)]
pub(super) struct PackArguments {
    /// The bundle's folder.
    pub(super) bundle: PathBuf,
    /// The file to write; one beside the bundle when not given.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The address of the app; without it the files are an example to fill in.
    #[arg(value_parser = address)]
    pub(super) url: Option<url::Url>,
    /// A driver, grid or device cloud that already runs.
    #[arg(long, value_name = "URL")]
    pub(super) webdriver: Option<url::Url>,
}

/// An address as a person types it: without a scheme it is `http` on this machine and `https` elsewhere.
fn address(text: &str) -> Result<url::Url, String> {
    let is_near = ["localhost", "127.", "[::1]"]
        .iter()
        .any(|near| text.starts_with(near));
    let whole = match text.contains("://") {
        true => text.to_owned(),
        false if is_near => format!("http://{text}"),
        false => format!("https://{text}"),
    };
    let url = url::Url::parse(&whole).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("an address begins with `https://` or `http://`".to_owned());
    }
    Ok(url)
}

#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Look at this target only.
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// A driver, grid or device cloud that already runs.
    #[arg(long, value_name = "URL")]
    pub(super) webdriver: Option<url::Url>,
    /// How the findings are printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(super) format: ReportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// A line each, and how to mend it.
    Human,
    /// For scripts.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// A checklist.
    Checklist,
    /// `shippass.yaml`.
    Config,
    /// `bundle.json`.
    Bundle,
}

#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// Checklists, or folders of them; `checklists/` beside the configuration when none is named.
    pub(super) files: Vec<PathBuf>,
    /// A target of the configuration.
    #[arg(long, value_name = "NAME", conflicts_with = "url")]
    pub(super) target: Option<String>,
    /// A target that isn't in the configuration.
    #[arg(long)]
    pub(super) url: Option<url::Url>,
    /// Walk every checklist that has a persona as this one.
    #[arg(long = "as", value_name = "PERSONA")]
    pub(super) persona: Option<String>,
    /// The device: a name or WIDTHxHEIGHT@SCALE.
    #[arg(long, value_name = "NAME|WxH@SCALE")]
    pub(super) device: Option<String>,
    #[command(flatten)]
    pub(super) browser: BrowserArguments,
    /// The commit that the target should serve; this checkout's HEAD when the target tells its commit.
    #[arg(long, value_name = "SHA")]
    pub(super) expect_commit: Option<String>,
    /// Keep signed-in sessions for the next run, below the user's state folder; a proof is asked before one is trusted.
    #[arg(long)]
    pub(super) keep_session: bool,
    /// Type, send and change on a production target too.
    #[arg(long)]
    pub(super) allow_production: bool,
}

/// Options of everything that opens a browser.
#[derive(Debug, Clone, Args)]
pub(super) struct BrowserArguments {
    /// The browser engine.
    #[arg(long, value_enum, default_value_t = Engine::Chromium)]
    pub(super) engine: Engine,
    /// A driver, grid or device cloud that already runs.
    #[arg(long, value_name = "URL")]
    pub(super) webdriver: Option<url::Url>,
    /// Folder of the bundle; `screenshots/<run id>` when not given.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Show the browser's window.
    #[arg(long)]
    pub(super) headed: bool,
    /// How results are printed.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// Chromium, Chrome or Edge.
    Chromium,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table and the findings.
    Human,
    /// `bundle.json`.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// A fault to switch on, `all` or `none`; may be given several times.
    #[arg(long = "fault", value_name = "NAME", default_value = "all")]
    pub(super) faults: Vec<String>,
    /// Only serve the app, until Ctrl-C.
    #[arg(long)]
    pub(super) serve: bool,
    /// Port of the app when it is only served; any free one when not given.
    #[arg(long, default_value_t = 0, requires = "serve")]
    pub(super) port: u16,
    #[command(flatten)]
    pub(super) browser: BrowserArguments,
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Checklists, or folders of them.
    pub(super) files: Vec<PathBuf>,
}
