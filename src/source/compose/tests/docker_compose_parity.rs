//! Comparison of Portolan's reading of projects with that of docker-compose 1.29, where it is installed.
//!
//! The output of `docker-compose config` is a compose file again, with nothing left to merge or to
//! interpolate. The projects use only shapes that release 1.29 reads as today's specification demands.

use super::TestProject;
use crate::source::compose::{declaration::inputs, load::Loader, variables::LayeredVariables};
use std::{collections::BTreeMap, process::Command};

/// Projects that docker-compose accepts, each with its files.
const ACCEPTED_PROJECTS: &[&[(&str, &str)]] = &[
    &[
        (
            "docker-compose.yml",
            "services:\n  web:\n    image: a:${TAG:-1.10}\n    environment: [A=$$x, 'B=${HOST:-b}', C=$HOST, HOME_OF, 'E=${EMPTY-e}${EMPTY:-f}${NONE-g}', 'F=${NONE:-x}']\n",
        ),
        (".env", "HOST=db\nEMPTY=\nHOME_OF=here\n"),
    ],
    &[(
        "docker-compose.yml",
        "x-env: &env {A: 1, B: two, C: 'yes', D: 1.10, E: 0644}\nservices:\n  web:\n    image: a\n    environment:\n      <<: *env\n      B: own\n      N:\n    labels: [k=v, 'flag']\n",
    )],
    &[
        (
            "docker-compose.yml",
            "services:\n  web: {image: a, command: [x, y], ports: ['80:80', '90-91:90-91', '127.0.0.1:100:100/udp'], environment: {A: 1, B: 2}, volumes: ['./a:/x', './b:/y:ro'], networks: {front: {aliases: [w]}}, depends_on: [db], expose: ['1'], extra_hosts: ['a:1.1.1.1']}\n  db: {image: d}\nnetworks: {front: }\n",
        ),
        (
            "docker-compose.override.yml",
            "services:\n  web: {command: sh -c 'a b' c, ports: ['81:81'], environment: [B=3, C=4], volumes: ['./c:/x'], networks: {front: {aliases: [z]}, default: }, expose: ['2'], extra_hosts: ['b:2.2.2.2']}\n",
        ),
    ],
    &[
        (
            "docker-compose.yml",
            "services:\n  web:\n    extends: {file: base/common.yml, service: mid}\n    environment: {A: own}\n    volumes: ['./w:/w']\n",
        ),
        (
            "base/common.yml",
            "services:\n  mid: {extends: {service: low}, environment: {A: mid, M: m}, volumes: ['./m:/m'], env_file: m.env}\n  low: {image: low, command: [c], labels: {l: low}}\n",
        ),
        ("base/m.env", "E=m\n# c\nF=f\nA=file\n"),
    ],
    &[(
        "docker-compose.yml",
        "services:\n  a: {image: a, network_mode: host, hostname: h, container_name: c}\n  b: {image: b, network_mode: 'service:a'}\n  c: {build: ., links: ['a:alias'], networks: {n: {ipv4_address: 10.0.0.2}}}\n  d: {image: d, entrypoint: '/x --y', deploy: {replicas: 3}, configs: [conf], secrets: [sec]}\nnetworks: {n: {external: true, name: real}}\nconfigs: {conf: {file: ./conf}}\nsecrets: {sec: {file: ./sec}}\n",
    )],
    &[
        (".env", "COMPOSE_FILE=one.yml:sub/two.yml\n"),
        ("one.yml", "services: {web: {image: a, volumes: ['./x:/x']}}\n"),
        ("sub/two.yml", "services: {web: {volumes: ['./y:/y'], env_file: [e.env]}}\n"),
        ("e.env", "A=1\n"),
    ],
];

/// Projects that docker-compose refuses.
const REFUSED_PROJECTS: &[&str] = &[
    "just a text\n",
    "services: [web]\n",
    "services: {web: }\n",
    "services: {web: {image: a, ports: 80}}\n",
    "services: {web: {image: a, environment: {A: [1]}}}\n",
    "services: {web: {image: a, volumes: ['nowhere:/x']}}\n",
    "services: {web: {image: a, extends: {file: gone.yml, service: x}}}\n",
    "services: {web: {image: a, extends: {service: web}}}\n",
    "services: {web: {image: a, depends_on: [nobody]}}\n",
    "services: {web: {environment: {A: 1}}}\n",
    "services:\n\tweb: {image: a}\n",
    "services: {web: {image: '${A'}}\n",
];

/// Returns the output of `docker-compose config` for a folder, or `None` if docker-compose refuses the
/// project.
fn docker_compose_config(folder: &TestProject) -> Option<String> {
    let mut command = Command::new("docker-compose");
    command.arg("config").current_dir(&folder.0);
    std::env::vars().filter(|(name, _)| name.starts_with("COMPOSE_")).for_each(|(name, _)| {
        command.env_remove(name);
    });
    let output = command.output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

/// Describes the services of a folder's project line by line, or returns the reason why Portolan refuses the
/// project.
fn describe_services(folder: &TestProject) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut loader = Loader::default();
    let model = loader
        .load_project(&folder.0, &LayeredVariables::default())
        .map_err(|failure| failure.message.to_string())?;
    let mut all = BTreeMap::new();
    for (name, service) in &model.services {
        let (given, _) = inputs::read_inputs(service, &model, &mut loader);
        let (program, place, files) = (&service.container, &service.networking, &service.files);
        let lines = vec![
            format!("image {:?}", program.image),
            format!("command {:?} {:?}", program.entrypoint, program.command),
            format!("variables {:?}", given.variables),
            format!("labels {:?}", given.labels),
            format!("ports {:?} {:?}", place.published, place.exposed),
            format!("networks {:?} {:?}", place.network_attachments(), place.network_mode),
            format!("names {:?} {:?} {:?}", place.container_name, place.hostname, place.links),
            format!("hosts {:?}", place.extra_hosts),
            format!("files {:?} {:?} {:?}", files.mounts, files.configs, files.secrets),
            format!("replicas {:?}", service.replicas),
        ];
        all.insert(name.clone(), lines);
    }
    Ok(all)
}

#[test]
fn docker_compose_reads_the_same() {
    let is_there = Command::new("docker-compose").arg("version").output().is_ok_and(|o| o.status.success());
    if !is_there {
        assert!(
            std::env::var("PORTOLAN_SKIP_REAL").is_ok_and(|value| value == "1"),
            "there is no docker-compose: install it, or set PORTOLAN_SKIP_REAL=1 to leave this test out"
        );
        eprintln!("SKIPPED: there is no docker-compose, and PORTOLAN_SKIP_REAL=1");
        return;
    }
    for files in ACCEPTED_PROJECTS {
        let folder = TestProject::new(files);
        let written =
            docker_compose_config(&folder).unwrap_or_else(|| panic!("docker-compose refuses {files:?}"));
        let again = TestProject::new(&[("compose.yaml", &written)]);
        assert_eq!(describe_services(&folder), describe_services(&again), "{written}");
    }
    for text in REFUSED_PROJECTS {
        let folder = TestProject::new(&[("compose.yaml", text)]);
        assert_eq!(
            (docker_compose_config(&folder), describe_services(&folder).is_ok()),
            (None, false),
            "{text}"
        );
    }
}
