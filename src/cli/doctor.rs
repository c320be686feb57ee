//! What was looked for, what was found, which calls work, and what to fix.

use super::{Error, Outcome, args::Common, config_file, open, print};
use std::fmt::Write;

/// Examines every source.
pub(super) async fn run(common: &Common) -> Result<Outcome, Error> {
    let mut out = String::new();
    if let Some(file) = config_file() {
        let found = if file.exists() { "read" } else { "not there, which is fine" };
        let _ = writeln!(out, "configuration  {} ({found})", file.display());
    }
    let (_, opened) = open(common)?;
    for place in &opened.looked {
        let _ = writeln!(out, "looked at      {place}");
    }
    print(&out)?;
    let mut any = false;
    for source in &opened.sources {
        let examined = source.examine().await;
        let mut out = format!("\n{} ({}): {}\n", source.id(), source.kind(), source.place());
        for one in examined {
            match one.outcome {
                Ok(gave) => {
                    any = true;
                    let _ = writeln!(out, "  ok      {}: {gave}", one.what);
                }
                Err(failure) => {
                    let _ = writeln!(
                        out,
                        "  failed  {}: {}\n          {}",
                        one.what, failure.what, failure.remedy
                    );
                }
            }
        }
        print(out)?;
    }
    if opened.sources.is_empty() {
        print("\nnothing to look at: start a Docker engine, configure AWS, or see --demo\n")?;
    }
    Ok(if any { Outcome::Fine } else { Outcome::NothingRead })
}
