//! `shippass.yaml`: targets, personas, device, ignore rules; values from the environment.

mod access;
mod address;
mod contract;
mod databases;
mod device;
mod driver;
mod environment;
mod error;
mod examine;
mod ignore;
mod load;
mod model;
mod one_time;
mod personas;
mod project;
mod read;
mod schema;
mod signoff;
mod targets;
mod uploads;

pub use access::{Access, TokenCommand};
pub use contract::{Clause, Contract, Held, Misfit, Terms};
pub use environment::Environment;
pub use error::{DeviceError, ProjectError, TargetError};
pub use examine::{Examined, UsedVariable, VariableState, examine};
pub use load::{Survey, load_project, survey_project};
pub use model::{
    CommitSource, Config, Database, Device, Engine, IgnoreRule, Persona, RemoteDriver,
    RequestPattern, Secret, SignoffPolicy, Target, TargetKind,
};
pub use one_time::{Authenticator, Inbox, InboxSource};
pub use project::{Project, read_embedded, read_project};
pub use schema::config_schema;
pub use signoff::signoff_policy;
