//! The demo app as a deployment of somebody's: served with a fault, and walked by a configuration of the test's own.

use shippass::demo::{Demo, FaultSet};

/// The demo app with faults, for as long as this lives.
pub(crate) struct App {
    pub(crate) url: String,
    runtime: tokio::runtime::Runtime,
    demo: Option<Demo>,
}

impl App {
    pub(crate) fn with(fault: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let faults = FaultSet::parse(&[fault.to_owned()]).expect("a fault");
        let demo = runtime
            .block_on(Demo::start_on(0, faults))
            .expect("the demo starts");
        Self {
            url: demo.url().to_owned(),
            runtime,
            demo: Some(demo),
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(demo) = self.demo.take() {
            self.runtime.block_on(demo.stop());
        }
    }
}

/// The demo's own checklist that needs nobody to sign in.
pub(crate) const SIGNING: &str = include_str!("../../checklists/demo/03-customer-signs.yaml");
