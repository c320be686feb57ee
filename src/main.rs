//! The `portolan` binary: reads the command line, starts the runtime, and turns outcomes into exit codes.

use clap::Parser;
use portolan::{
    cli::{self, Error, args::Cli},
    output,
    runtime::{guard, panics},
};
use std::{io, process::ExitCode};
use tokio::runtime::Builder;

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    if guard::is_asked() {
        // What a guard can't do nobody is left to hear.
        return if guard::run().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    panics::watch();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            output::print_usage(&error);
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    // Two threads: decoding a large answer never holds up the other sources, and the screen has the main thread.
    let runtime = match Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime can't be started: {error}")),
    };
    let outcome = runtime.block_on(cli::run(cli));
    // A call that hangs must not hold up the end.
    runtime.shutdown_background();
    match outcome {
        Ok(outcome) => ExitCode::from(outcome.code()),
        // Whoever read what is printed has gone: that is no error.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(why: &str) -> ExitCode {
    output::report(why);
    ExitCode::from(2)
}
