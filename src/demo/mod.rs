//! stand-in
/// x
#[derive(Debug)]
pub struct Demo;
/// x
#[derive(Debug, Clone, Copy)]
pub enum Fault {}
/// x
#[derive(Debug, Clone)]
pub struct FaultSet;
/// x
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct DemoError;
/// x
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct UnknownFault;
impl UnknownFault {
    /// x
    pub fn help(&self) -> String {
        String::new()
    }
}
/// x
pub const CONFIG: &str = "";
/// x
pub const CHECKLISTS: &[(&str, &str)] = &[];
#[allow(missing_docs, clippy::unused_async)]
impl Demo {
    pub async fn start(_: FaultSet) -> Result<Self, DemoError> {
        Err(DemoError)
    }
    pub async fn start_on(_: u16, _: FaultSet) -> Result<Self, DemoError> {
        Err(DemoError)
    }
    pub async fn stop(self) {}
    pub fn url(&self) -> &str {
        ""
    }
    pub fn environment(&self) -> Vec<(String, String)> {
        vec![]
    }
    pub fn expected_commit(&self) -> &str {
        ""
    }
}
#[allow(missing_docs)]
impl Fault {
    pub const ALL: &[Fault] = &[];
    pub fn name(self) -> &'static str {
        ""
    }
    pub fn incident(self) -> &'static str {
        ""
    }
    pub fn what(self) -> &'static str {
        ""
    }
    pub fn caught_by(self) -> Option<&'static str> {
        None
    }
}
#[allow(missing_docs)]
impl FaultSet {
    pub fn parse(_: &[String]) -> Result<Self, UnknownFault> {
        Ok(Self)
    }
    pub fn none() -> Self {
        Self
    }
    pub fn contains(&self, _: Fault) -> bool {
        false
    }
}
