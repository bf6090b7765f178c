//! The `shippass` command.

use shippass::cli::{Exit, main as run};

fn main() -> Exit {
    run(std::env::args_os())
}
