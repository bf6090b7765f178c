//! `shippass.yaml`: targets, personas, device, ignore rules; values from the environment.

mod model;

pub use model::{
    CommitSource, Config, Device, IgnoreRule, Persona, RemoteDriver, RequestPattern, Secret,
    Target, TargetKind,
};
