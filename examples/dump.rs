//! Scratch: dumps the mentions of a corpus.
use portolan::decode::{arguments, environment, file, is_config_file, may_be_config_file};
use portolan::model::Target;
use std::path::Path;
fn walk(p: &Path, out: &mut Vec<std::path::PathBuf>) {
    if p.is_file() { out.push(p.to_owned()); return }
    let Ok(d) = std::fs::read_dir(p) else { return };
    let mut e: Vec<_> = d.flatten().map(|e| e.path()).collect();
    e.sort();
    for x in e { walk(&x, out) }
}
fn main() {
    let root = std::env::args().nth(1).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(format!("{root}/resolved")).unwrap().flatten().map(|e| e.path()).collect();
    names.sort();
    for path in names {
        let d: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let sys = d["name"].as_str().unwrap_or("?").to_owned();
        for (svc, s) in d["services"].as_object().unwrap() {
            let env: Vec<(String, String)> = s["env"].as_object().into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect();
            let mut all = environment(None, env.iter().map(|(k, v)| (k.as_str(), v.as_str())));
            let list = |k: &str| -> Vec<String> { s[k].as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect() };
            let mut args = list("entrypoint"); args.extend(list("cmd"));
            all.extend(arguments(None, args.iter().map(String::as_str)));
            for m in s["mounts"].as_array().into_iter().flatten() {
                let Some(rp) = m["repo_path"].as_str() else { continue };
                let base = format!("{root}/src/{sys}/{rp}");
                let mut files = Vec::new();
                walk(Path::new(&base), &mut files);
                let single = Path::new(&base).is_file();
                for f in files {
                    let n = f.file_name().unwrap().to_str().unwrap();
                    if !(if single { may_be_config_file(n) } else { is_config_file(n) }) { continue }
                    let Ok(text) = std::fs::read_to_string(&f) else { continue };
                    all.extend(file(None, f.to_str().unwrap().trim_start_matches(&root), &text, |n| env.iter().find(|(k, _)| k == n).map(|(_, v)| v.as_str())));
                }
            }
            for m in all {
                let t = match m.target { Target::Address(a) => format!("{a}"), Target::Local(a) => format!("({a})"), o => format!("{o:?}") };
                let v = if m.place.key.starts_with("environment ") { env.iter().find(|(k, _)| m.place.key[12..] == *k).map(|x| x.1.clone()).unwrap_or_default() } else { String::new() };
                println!("{sys} {svc} | {} | {t} | {}", m.place.key, v.replace('\n', "\\n"));
            }
        }
    }
}
