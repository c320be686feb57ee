//! Untrusted projects: small files that demand much memory, and paths that lead to devices and pipes.

use super::{TestProject, unread_part_messages};

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn a_file_of_variables_that_doubles_itself_is_refused_or_left_out() {
    let line = |n: usize| format!("A{}=$A{n}$A{n}\n", n + 1);
    let bomb = "A0=xxxxxxxxxxxxxxxx\n".to_owned() + &(0..40).map(line).collect::<String>();
    let web = "services: {web: {image: x, env_file: [bomb.env]}, api: {image: y}}\n";
    let folder = TestProject::new(&[("compose.yaml", web), ("bomb.env", &bomb)]);
    let snapshot = folder.snapshot().unwrap();
    assert_eq!(snapshot.services.len(), 2);
    assert!(unread_part_messages(&snapshot)[0].contains("16 MiB of text"), "{:?}", snapshot.unread_parts);
    folder.write(".env", &bomb);
    assert!(folder.snapshot().unwrap_err().message.contains("16 MiB of text"));
}

#[test]
fn values_that_are_multiplied_are_bounded() {
    let words = vec!["\"${BIG}\""; 60_000].join(", ");
    let text = format!("services:\n  web:\n    image: x\n    command: [{words}]\n");
    let folder =
        TestProject::new(&[("compose.yaml", &text), (".env", &format!("BIG={}\n", "x".repeat(100_000)))]);
    assert!(
        folder
            .snapshot()
            .unwrap_err()
            .message
            .contains("compose.yaml:4: variables and aliases expand to more than")
    );
    let base = lines(2_000, |n| format!("      V{n}: x\n"));
    let many = lines(1_000, |n| format!("  s{n}: {{extends: base}}\n"));
    let text = format!("services:\n  base:\n    image: x\n    environment:\n{base}{many}");
    assert!(
        TestProject::new(&[("compose.yaml", &text)])
            .snapshot()
            .unwrap_err()
            .message
            .contains("250000 values")
    );
}

#[test]
fn ports_and_names_are_bounded() {
    let wide = lines(200, |n| format!("  s{n}: {{image: x, ports: ['1-65535:1-65535']}}\n"));
    let snapshot = TestProject::new(&[("compose.yaml", &format!("services:\n{wide}"))]).snapshot().unwrap();
    assert_eq!((snapshot.services.len(), unread_part_messages(&snapshot).len()), (200, 1));
    assert!(
        unread_part_messages(&snapshot)[0].contains("more than 20000 ports"),
        "{:?}",
        snapshot.unread_parts
    );
    let names = lines(300, |n| format!("n{n}, "));
    let first = format!("x-n: &n [{names}]\nnetworks: {{{}}}\n", names.replace(',', ": ,"));
    let services = lines(200, |n| format!("  s{n}: {{image: x, scale: 99, networks: *n}}\n"));
    let refused = TestProject::new(&[("compose.yaml", &format!("{first}services:\n{services}"))])
        .snapshot()
        .unwrap_err();
    assert!(refused.message.contains("200000 names"), "{}", refused.message);
}

#[test]
fn inputs_that_many_services_share_are_bounded() {
    let services = lines(2_000, |n| {
        format!("  s{n}: {{image: x, environment: [BIG], configs: [c], volumes: ['./conf:/etc/conf']}}\n")
    });
    let text = format!("services:\n{services}configs: {{c: {{content: '{}'}}}}\n", "x".repeat(100_000));
    let folder = TestProject::new(&[
        ("compose.yaml", &text),
        (".env", &format!("BIG={}\n", "x".repeat(500_000))),
        ("conf/a.yaml", "url: http://a\n"),
    ]);
    let snapshot = folder.snapshot().unwrap();
    assert_eq!(snapshot.services.len(), 2_000);
    let told = unread_part_messages(&snapshot).join("\n");
    assert_eq!(snapshot.unread_parts.len(), 3, "{told}");
    assert!(["400 mounts", "16 MiB of text", "32 MiB"].iter().all(|limit| told.contains(limit)), "{told}");
}

#[test]
fn the_list_of_unread_parts_is_bounded() {
    let keys = lines(5_000, |n| format!("    key{n}: '${{V{n}:?}}'\n"));
    let folder = TestProject::new(&[("compose.yaml", &format!("services:\n  web:\n    image: x\n{keys}"))]);
    let told = unread_part_messages(&folder.snapshot().unwrap());
    assert_eq!(told.len(), 51);
    assert!(told[50].contains("more than 50 parts"), "{told:?}");
}

#[test]
fn long_files_and_many_files_are_refused() {
    let long = "#".repeat(1024 * 1024 + 1);
    assert!(
        TestProject::new(&[("compose.yaml", &long)])
            .snapshot()
            .unwrap_err()
            .message
            .contains("larger than 1024 KiB")
    );
    let many = lines(300, |n| format!("- f{n}.yaml\n"));
    let folder =
        TestProject::new(&[("compose.yaml", &format!("include:\n{many}services: {{w: {{image: x}}}}\n"))]);
    (0..300).for_each(|n| folder.write(&format!("f{n}.yaml"), "services: {}\n"));
    assert!(folder.snapshot().unwrap_err().message.contains("more than 200 files"));
}

#[test]
fn many_services_and_variables_are_charted() {
    let services = lines(5_000, |n| format!("  s{n}: {{image: x, depends_on: [s{}]}}\n", n + 1));
    let text = format!("services:\n{services}  s5000: {{image: x, env_file: [v.env]}}\n");
    let variables = lines(20_000, |n| format!("V{n}=$V{}x\n", n / 2));
    let folder = TestProject::new(&[("compose.yaml", &text), ("v.env", &variables)]);
    assert_eq!(folder.snapshot().unwrap().services.len(), 5_001);
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_not_read() {
    use std::{os::unix::fs::symlink, process::Command};
    let text = "services: {web: {image: x, env_file: [pipe, /dev/zero, /dev/tty, .], configs: [pipe, zero], volumes: ['./pipe:/etc/app.conf', '/dev/zero:/etc/zero.conf']}}\nconfigs: {pipe: {file: pipe}, zero: {file: /dev/zero}}\n";
    let folder = TestProject::new(&[("compose.yaml", text)]);
    let pipe = |name: &str| Command::new("mkfifo").arg(folder.0.join(name)).status().unwrap().success();
    assert!(pipe("pipe"));
    symlink("/dev/zero", folder.0.join(".env")).unwrap();
    let snapshot = folder.snapshot().unwrap();
    assert_eq!(
        (snapshot.services.len(), unread_part_messages(&snapshot).len()),
        (1, 5),
        "{:?}",
        snapshot.unread_parts
    );
    assert!(
        unread_part_messages(&snapshot).iter().all(|gap| gap.contains("not a regular file")),
        "{:?}",
        snapshot.unread_parts
    );
    folder.write("compose.yaml", "include: [pipe]\nservices: {web: {image: x}}\n");
    assert!(folder.snapshot().unwrap_err().message.contains("pipe can't be read: not a regular file"));
    std::fs::remove_file(folder.0.join("compose.yaml")).unwrap();
    assert!(pipe("compose.yaml"));
    assert!(folder.snapshot().unwrap_err().message.contains("not a regular file"));
}
