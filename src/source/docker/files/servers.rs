//! Server programs, such as nginx, that read configuration in their own formats. Other files mounted into
//! their containers are content to serve.

use crate::model::ImageRef;

/// Server program and the files that it reads as configuration, according to its documentation.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::source) struct ServerProgram {
    /// Names of the server's executable.
    programs: &'static [&'static str],
    /// Names of images that run the server, without registry and tag.
    images: &'static [&'static str],
    /// Extensions of the server's configuration files, in any folder.
    extensions: &'static [&'static str],
    /// Folders whose files are configuration too, if they have no extension or one of `folder_extensions`.
    folders: &'static [&'static str],
    folder_extensions: &'static [&'static str],
}

/// Known server programs. The comment before each names the pages of its documentation.
const KNOWN_SERVERS: &[ServerProgram] = &[
    // nginx: Beginner's Guide, Serving Static Content; njs: Download and install; OpenResty:
    // lua_nginx_module.
    ServerProgram {
        programs: &["nginx", "nginx-debug", "openresty"],
        images: &["nginx", "nginx-unprivileged", "openresty", "nginx-proxy"],
        extensions: &["conf", "template", "tmpl", "tpl", "j2", "lua", "vhost", "inc"],
        folders: &[
            "/etc/nginx",
            "/usr/local/nginx/conf",
            "/usr/local/openresty",
            "/etc/openresty",
            "/opt/bitnami/nginx/conf",
        ],
        folder_extensions: &["js"],
    },
    // Apache HTTP Server: Configuration Files.
    ServerProgram {
        programs: &["httpd", "httpd-foreground"],
        images: &["httpd"],
        extensions: &["conf", "htaccess", "template", "tmpl", "j2"],
        folders: &["/usr/local/apache2/conf", "/etc/httpd", "/etc/apache2"],
        folder_extensions: &[],
    },
    // Caddy: Caddyfile Concepts, import; Getting Started, Your first config.
    ServerProgram {
        programs: &["caddy"],
        images: &["caddy"],
        extensions: &["caddyfile", "caddy", "conf"],
        folders: &["/etc/caddy", "/config"],
        folder_extensions: &["json"],
    },
    // Traefik: Providers, File: TOML and YAML.
    ServerProgram {
        programs: &["traefik"],
        images: &["traefik"],
        extensions: &["yml", "yaml", "toml"],
        folders: &[],
        folder_extensions: &[],
    },
    // HAProxy: Configuration Manual, 2.1 and lua-load; Management Guide, 3 (-f takes any file or folder).
    ServerProgram {
        programs: &["haproxy", "haproxy-systemd-wrapper"],
        images: &["haproxy"],
        extensions: &["cfg", "conf", "lua", "map", "template", "tmpl", "j2"],
        folders: &["/usr/local/etc/haproxy", "/etc/haproxy"],
        folder_extensions: &[],
    },
];

/// Maximum number of command line words searched for a program name. The program may come after the name of a
/// script.
const MAX_COMMAND_WORDS: usize = 4;

/// Endings of the names of scripts that start a program, such as `nginx-entrypoint.sh`.
const WRAPPER_SUFFIXES: &[&str] = &["-entrypoint", "-start", "-run"];

/// Returns the name of the program that a script starts, or `name` if it is not the name of such a script.
fn without_wrapper_suffix(name: &str) -> &str {
    let stem = name.strip_suffix(".sh").unwrap_or(name);
    WRAPPER_SUFFIXES.iter().find_map(|suffix| stem.strip_suffix(suffix)).unwrap_or(name)
}

impl ServerProgram {
    /// Returns the server that a container of `image` with the command line `words` runs, or `None` if it is
    /// unknown.
    pub(in crate::source) fn of<'a>(
        image: &str,
        words: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'static Self> {
        let image = ImageRef::parse(image).short_name();
        let programs: Vec<&str> = words
            .into_iter()
            .take(MAX_COMMAND_WORDS)
            .map(|word| without_wrapper_suffix(word.rsplit('/').next().unwrap_or(word)))
            .collect();
        let runs = |server: &&Self| server.programs.iter().any(|program| programs.contains(program));
        KNOWN_SERVERS
            .iter()
            .find(runs)
            .or_else(|| KNOWN_SERVERS.iter().find(|server| server.images.contains(&image)))
    }

    /// Returns true if the server reads the file at `path` as configuration.
    pub(in crate::source) fn reads_config(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let inside = self.folders.iter().any(|folder| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        self.extensions.contains(&ending)
            || self.extensions.contains(&name.as_str())
            || (inside && (ending.is_empty() || self.folder_extensions.contains(&ending)))
    }
}

#[cfg(test)]
mod tests {
    use super::ServerProgram;

    fn server_reads(image: &str, words: &[&str], path: &str) -> bool {
        ServerProgram::of(image, words.iter().copied()).is_none_or(|server| server.reads_config(path))
    }

    #[test]
    fn served_content_is_no_configuration() {
        let nginx = ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"];
        for path in
            ["/usr/share/nginx/html/config.json", "/web/inc/vars.php", "/web/app.py", "/www/index.html"]
        {
            assert!(!server_reads("nginx:1.27", &nginx, path), "{path}");
            assert!(!server_reads("shop/edge", &nginx, path), "{path}, whatever the image is called");
            assert!(!server_reads("shop/edge", &["nginx-entrypoint.sh"], path), "{path}, behind a script");
        }
        for path in [
            "/etc/nginx/conf.d/api.conf",
            "/etc/nginx/templates/a.conf.template",
            "/etc/nginx/sites-enabled/default",
        ] {
            assert!(server_reads("nginx", &nginx, path), "{path}");
        }
        assert!(
            server_reads("nginx", &[], "/etc/nginx/njs/http.js")
                && !server_reads("nginx", &[], "/app/main.js")
        );
    }

    #[test]
    fn each_server_has_its_own_formats() {
        assert!(server_reads("traefik:v3", &[], "/etc/traefik/dynamic/web.yml"));
        assert!(!server_reads("traefik:v3", &[], "/etc/traefik/acme.json"));
        assert!(server_reads("haproxy", &["haproxy", "-f", "/x/lb.cfg"], "/x/lb.cfg"));
        assert!(!server_reads("haproxy", &[], "/x/errors.json"));
        assert!(server_reads("caddy", &["caddy", "run"], "/etc/caddy/Caddyfile"));
        assert!(server_reads("caddy", &["caddy", "run"], "/etc/caddy/caddy.json"));
        assert!(!server_reads("caddy", &["caddy", "run"], "/srv/config.json"));
        assert!(!server_reads("httpd:2.4", &[], "/usr/local/apache2/htdocs/settings.php"));
    }

    #[test]
    fn other_programs_may_read_anything() {
        assert!(server_reads(
            "php:8-apache",
            &["docker-php-entrypoint", "apache2-foreground"],
            "/var/www/html/db.php"
        ));
        assert!(server_reads("node:22", &["node", "server.js"], "/app/config.json"));
    }
}
