//! The `shippass` command.
fn main() {}
