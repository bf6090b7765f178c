//! `shippass demo`: the built-in app, walked or only served.

use super::{
    Exit,
    arguments::DemoArguments,
    failure::Failure,
    pass::{self, Assignment, ExpectedCommit, runtime},
    signals::watch_signals,
    terminal::Terminal,
};
use crate::config::{Environment, read_embedded};
use crate::demo::{CHECKLISTS, CONFIG, Demo, FILES, Fault, FaultSet};
use crate::detect;

pub(super) fn main(arguments: &DemoArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let faults = FaultSet::parse(&arguments.faults)?;
    let runtime = runtime()?;
    let demo = runtime.block_on(Demo::start_on(arguments.port, faults.clone()))?;
    if arguments.serve {
        return serve(&runtime, demo, terminal);
    }
    let assignment = assignment(&demo, arguments)?;
    let exit = pass::run(&assignment, terminal, &runtime);
    runtime.block_on(demo.stop());
    for fault in Fault::ALL.iter().filter(|fault| faults.contains(**fault)) {
        if fault.caught_by().is_empty() {
            terminal.say(&format!(
                "not yet caught: {} ({}): {}",
                fault.name(),
                fault.incident(),
                fault.what()
            ));
        }
    }
    exit
}

fn assignment(demo: &Demo, arguments: &DemoArguments) -> Result<Assignment, Failure> {
    let config = ("checklists/demo/shippass.yaml", CONFIG);
    let environment = Environment::from(demo.environment());
    let project = read_embedded(config, CHECKLISTS, FILES, &environment, &detect::names())?;
    let target = project.target(None)?.clone();
    Ok(Assignment {
        project,
        target,
        persona: None,
        shard: None,
        expected: Some(ExpectedCommit::given(demo.expected_commit())),
        session_folder: None,
        allows_production: false,
        // Its faults are there to be found again.
        has_history: false,
        resumed: None,
        browser: arguments.browser.clone(),
        ends_with_input: false,
    })
}

fn serve(
    runtime: &tokio::runtime::Runtime,
    demo: Demo,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    terminal.print(demo.url());
    for (name, value) in demo.environment() {
        terminal.say(&format!("{name}={value}"));
    }
    terminal.say("Ctrl-C ends it");
    runtime.block_on(async {
        let mut stop = watch_signals(false)?;
        let _ = stop.wait_for(|is_stopped| *is_stopped).await;
        demo.stop().await;
        Ok(Exit::Clean)
    })
}
