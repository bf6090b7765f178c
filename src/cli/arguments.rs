//! The command line, as clap reads it.

mod handed_on;
mod review;
mod signed_off;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::evidence::Shard;

pub(super) use handed_on::{
    ClipboardOf, CompareArguments, ExportArguments, ExportFormat, GateArguments, MergeArguments,
    PackArguments, PromptArguments,
};
pub(super) use review::ReviewArguments;
pub(super) use signed_off::{SignArguments, VerifyArguments};

/// The signed-in smoke pass that a green build can't make.
#[derive(Debug, Parser)]
#[command(name = "shippass", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 clean, 1 flagged, failed, not run or not decidable, 2 wrong input, 3 the surroundings failed, 4 interrupted, 5 altered."
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
    /// Say more of what happens: what the browser's driver says of itself.
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
    /// Opens a bundle on a page of this machine, on which you confirm or reject step by step.
    #[command(
        after_help = "Example:\n  shippass review screenshots/01M7Z1EH59XVD5XVN56Y8GT7E1\n  shippass review --phone screenshots/01M7Z1EH59XVD5XVN56Y8GT7E1\n\nIt serves until Ctrl-C, or until nobody has used it for half an hour. Exit status: 0 everything is confirmed or has its reason, 1 something is missing or rejected."
    )]
    Review(ReviewArguments),
    /// Runs the detectors again over a bundle, or over any HAR file, without a browser; writes nothing.
    #[command(
        after_help = "Example:\n  shippass inspect screenshots/01k9xq\n  shippass inspect --url https://preview.example recorded.har\n  shippass inspect --format json screenshots/01k9xq\n\nIgnore rules are those of the configuration, as they stood on the day of the recording.\n\nExit status: 0 clean, 1 flagged, failed, not run or not decidable, 2 wrong input."
    )]
    Inspect(InspectArguments),
    /// Writes what went wrong as one Markdown file with pictures, for a model or a colleague.
    #[command(
        after_help = "Example:\n  shippass prompt screenshots/01k9xq\n  shippass prompt screenshots/01k9xq --finding f1 --clipboard\n  shippass prompt screenshots/01k9xq --step 13 --clipboard=picture\n\nSteps are counted through the whole walk, as they stand on its contact sheet."
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
    /// Signs what was reviewed, with your OpenSSH key; refuses while something is unseen or undecided.
    #[command(
        after_help = "Example:\n  shippass sign screenshots/01k9xq\n  shippass sign --reject \"the total is cut off\" screenshots/01k9xq\n  shippass sign --carry screenshots/01k9wa screenshots/01k9xq\n\nThe key is git's own: `user.signingkey` with `gpg.format ssh`; ssh-agent signs if it has it, then ssh-keygen, then shippass.\n\nExit status: 0 signed, 1 it can't be signed yet, 2 wrong input, 3 nothing could sign or write, 5 altered."
    )]
    Sign(SignArguments),
    /// Tells whether a bundle is whole, untouched, confirmed and signed, without network.
    #[command(
        after_help = "Example:\n  shippass verify screenshots/01k9xq\n  shippass verify --require commit=9c1f0e2,persona=owner,engine=chromium --max-age 7d screenshots/01k9xq\n  shippass verify --github-user ada --keys ada.keys screenshots/01k9xq\n\nExit status: 0 confirmed and signed as asked, 1 not confirmed, rejected or unsigned, 2 wrong input, 5 altered."
    )]
    Verify(VerifyArguments),
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
    /// Says what differs between two bundles, or two targets, step by step.
    #[command(
        after_help = "Example:\n  shippass compare screenshots/preview screenshots/live\n  shippass compare A B --html differs.html\n  shippass compare --target production --target preview checklists/quotes.yaml\n\nTwo targets are walked one after the other, and both bundles are kept.\n\nExit status: 0 no difference that matters, 1 differences, 2 wrong input, 3 the surroundings failed, 4 interrupted."
    )]
    Compare(CompareArguments),
    /// Makes one bundle of several: the shards of a run, its personas, its devices.
    #[command(
        after_help = "Example:\n  shippass merge shard-1 shard-2 shard-3 --out screenshots/whole\n\nAll must be of one deployment, and whole; sign-offs are not taken over. Variables of `shippass.yaml` needn't be set; secrets that are set are looked for once more.\n\nExit status: that of a run which had walked all of it; 2 they can't be made one."
    )]
    Merge(MergeArguments),
    /// Writes a finding into its checklist as an expectation, so that the step fails while the fault is there.
    #[command(
        after_help = "Example:\n  shippass gate screenshots/01k9xq f1\n  shippass gate screenshots/01k9xq f2 --expect 'see: Saved'\n\nThe checklist must be the one that was walked; everything else in it stays as it is, to the byte. Variables needn't be set.\n\nExit status: 0 the line is in the checklist, 2 it can't be."
    )]
    Gate(GateArguments),
    /// Gives a coding assistant checklists, runs and their evidence over MCP, on standard input and output; it can't confirm or sign.
    #[command(
        after_help = "Example, in the assistant's list of servers:\n  { \"mcpServers\": { \"shippass\": { \"command\": \"shippass\", \"args\": [\"mcp\"] } } }\n\nIt sees this folder and what lies below it. What was captured from pages comes as data; a human confirms, with `shippass review`."
    )]
    Mcp,
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
    /// What `compare --format json` prints.
    Comparison,
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
    /// Take up a run that was cut off: walks what is left of it, with its target, personas and device.
    #[arg(long, value_name = "BUNDLE",
        conflicts_with_all = ["files", "target", "url", "persona", "shard", "device", "out", "expect_commit"])]
    pub(super) resume: Option<PathBuf>,
    /// Walk this part of the checklists only: `1/4`, `2/4`, …; `merge` makes one bundle of all parts.
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,
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
    /// End the run in order when standard input ends; for programs that start this one.
    #[arg(long, hide = true)]
    pub(super) ends_with_input: bool,
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
