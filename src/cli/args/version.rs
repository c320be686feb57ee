//! Version of this build. The commit and its date come from the environment of the compiler, because a build
//! script that asks git would compile the whole program again after each commit.

/// Commit of the sources with its date, such as `1a2b3c4d5e 2026-11-29`. `scripts/build-info` sets it for
/// packages.
const BUILD_COMMIT: Option<&str> = option_env!("PORTOLAN_COMMIT");

/// Returns the version for `--version`: number, commit, kind of build, and platform.
pub(super) fn version_text() -> String {
    let commit = BUILD_COMMIT.filter(|commit| !commit.is_empty()).unwrap_or("commit not recorded");
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{} ({commit}, {profile} build, {arch} {os})", env!("CARGO_PKG_VERSION"))
}
