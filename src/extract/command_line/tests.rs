//! Tests of commands by example: the addresses that their words name.

use crate::{extract::references_in_arguments, model::ReferenceTarget};

/// Returns the addresses that a command names, joined with blanks.
fn addresses_of_command(words: &[&str]) -> String {
    let found = references_in_arguments(None, words.iter().copied());
    let addresses = found.into_iter().map(|reference| match reference.target {
        ReferenceTarget::Address(address) => address.to_string(),
        other => format!("{other:?}"),
    });
    addresses.collect::<Vec<_>>().join(" ")
}

#[test]
fn payload_of_a_command_is_no_address() {
    let options = "-F --form --form-string --data-urlencode --data-ascii --data-raw --json --url-query -b --cookie \
                   -e --referer -E --cert -A --user-agent -H --noproxy -T -o -sSd -w --write-out --variable";
    for option in options.split_whitespace() {
        for value in ["url=http://zz:80", "http://zz:80/x", "zz:8080"] {
            assert_eq!(addresses_of_command(&["curl", option, value, "http://web:80"]), "web:80", "{option}");
            let wrapped = ["timeout", "30", "curl", option, value, "http://web:80"];
            assert_eq!(addresses_of_command(&wrapped), "web:80", "{option}");
        }
    }
    for option in ["--post-data", "--body-data", "--referer", "--user-agent", "--header"] {
        assert_eq!(addresses_of_command(&["wget", option, "url=http://zz:80", "http://web:80"]), "web:80");
        let joined = format!("{option}=http://zz:80");
        assert_eq!(addresses_of_command(&["wget", &joined, "http://web:80"]), "web:80");
    }
    for (command, expected) in [
        ("curl -XPOST -dhost=zz:8080 http://web:80", "web:80"),
        ("curl -fsSL http://web:80", "web:80"),
        ("curl -x http://proxy:3128 http://web:80", "proxy:3128 web:80"),
        ("http -a zz:zz POST http://web:80/x host=zz url=http://zz:80 X-Host:zz:8080", "web:80"),
        ("http POST web:8080/x host=zz", "web:8080"),
        ("mosquitto_pub -h mqtt -t x -m http://zz:80/hook", "mqtt"),
        ("kubectl create secret generic x --from-literal=host=zz -s https://web:6443", "web:6443"),
        ("vault login -address=http://vault:8200 zz:8080", "vault:8200"),
        ("vault kv put -address=http://vault:8200 secret/x password=zz:8080 host=zz", "vault:8200"),
        ("docker build --target zz .", ""),
        ("jq -n --arg url http://zz:80 {}", ""),
        ("mc alias set s3 http://minio:9000 zz:8080 zz.example.com:8080", "minio:9000"),
        ("mc admin user add s3 orders zz:8080", ""),
        ("rabbitmqctl add_user orders zz:8080", ""),
        ("sshpass -p zz ssh u@web uptime", ""),
        ("redis-cli -h redis SET k http://zz:80", "redis"),
        ("etcdctl --endpoints=etcd:2379 put k http://zz:80", "etcd:2379"),
        ("consul kv put -http-addr=http://consul:8500 k zz:5432", "consul:8500"),
        ("consul join consul:8301", "consul:8301"),
        ("redis-cli --cluster create r1:6379 r2:6379 --cluster-yes", "r1:6379 r2:6379"),
        ("vault operator raft join http://vault-0:8200", "vault-0:8200"),
        ("vault operator unseal zz:8080", ""),
        ("mc admin user add s3 operator zz:8080", ""),
        ("redis-server --replicaof redis 6380 --masterauth zz", "redis:6380"),
        ("app --label host=zz --tag server=zz --annotation=host=zz --host db", "db"),
        ("promtail -client.url=http://web:3100 -client.external-labels=host=zz,server=zz", "web:3100"),
    ] {
        let words: Vec<&str> = command.split(' ').collect();
        assert_eq!(addresses_of_command(&words), expected, "{command}");
    }
    for secret in ["-- zz:479", "--x zz:479", "-h zz"] {
        let words = ["mongosh", "--host", "db", "-u", "admin", "-p", secret];
        assert_eq!(addresses_of_command(&words), "db", "{secret}");
    }
}
