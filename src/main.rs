//! Binary `portolan`: parses the command line, starts the async runtime, and turns outcomes into exit codes.

use clap::Parser;
use portolan::{
    cli::{self, Error, args::Cli, packaging::completions},
    output,
    runtime::{panic_hook, terminal_guard},
};
use std::{io, process::ExitCode};
use tokio::runtime::Builder;

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static GLOBAL_ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    if terminal_guard::is_guard_process() {
        // The guard outlives the Portolan whose terminal it restores, so nothing reads an error message.
        return if terminal_guard::run().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    panic_hook::install();
    let cli = match completions::print_words_if_asked() {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => Cli::try_parse(),
        Err(error) => Err(error),
    };
    let cli = match cli {
        Ok(cli) => cli,
        Err(error) => {
            output::print_clap_error(&error);
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    // Two worker threads, so that decoding a large response does not delay other sources. The screen has the
    // main thread.
    let runtime = match Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit_with_error(&format!("can't start the async runtime: {error}"), 2),
    };
    let outcome = runtime.block_on(cli::run(cli));
    // A call that hangs must not delay the exit.
    runtime.shutdown_background();
    match outcome {
        Ok(outcome) => ExitCode::from(outcome.code()),
        // A closed pipe is no error: the reader has seen enough.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => exit_with_error(&error.to_string(), error.code()),
    }
}

fn exit_with_error(why: &str, code: u8) -> ExitCode {
    output::print_stderr(why);
    ExitCode::from(code)
}
