//! Programs that read their configuration in formats of their own: what else is mounted into them is content, which they
//! serve or never look at.

use crate::model::Image;

/// A server and the files that it reads as configuration, by its documentation.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::source) struct Server {
    /// The names of its program.
    programs: &'static [&'static str],
    /// The names of images that run it, without registry and tag.
    images: &'static [&'static str],
    /// The endings of its files, wherever they lie.
    endings: &'static [&'static str],
    /// The folders in which files without an ending, or with one of `endings_inside`, are its own too.
    folders: &'static [&'static str],
    endings_inside: &'static [&'static str],
}

const SERVERS: &[Server] = &[
    // nginx: Beginner's Guide, Serving Static Content; njs: Download and install; OpenResty: lua_nginx_module.
    Server {
        programs: &["nginx", "nginx-debug", "openresty"],
        images: &["nginx", "nginx-unprivileged", "openresty", "nginx-proxy"],
        endings: &["conf", "template", "tmpl", "tpl", "j2", "lua", "vhost", "inc"],
        folders: &[
            "/etc/nginx",
            "/usr/local/nginx/conf",
            "/usr/local/openresty",
            "/etc/openresty",
            "/opt/bitnami/nginx/conf",
        ],
        endings_inside: &["js"],
    },
    // Apache HTTP Server: Configuration Files.
    Server {
        programs: &["httpd", "httpd-foreground"],
        images: &["httpd"],
        endings: &["conf", "htaccess", "template", "tmpl", "j2"],
        folders: &["/usr/local/apache2/conf", "/etc/httpd", "/etc/apache2"],
        endings_inside: &[],
    },
    // Caddy: Caddyfile Concepts, import; Getting Started, Your first config.
    Server {
        programs: &["caddy"],
        images: &["caddy"],
        endings: &["caddyfile", "caddy", "conf"],
        folders: &["/etc/caddy", "/config"],
        endings_inside: &["json"],
    },
    // Traefik: Providers, File: TOML and YAML.
    Server {
        programs: &["traefik"],
        images: &["traefik"],
        endings: &["yml", "yaml", "toml"],
        folders: &[],
        endings_inside: &[],
    },
    // HAProxy: Configuration Manual, 2.1 and lua-load; Management Guide, 3 (-f takes any file or folder).
    Server {
        programs: &["haproxy", "haproxy-systemd-wrapper"],
        images: &["haproxy"],
        endings: &["cfg", "conf", "lua", "map", "template", "tmpl", "j2"],
        folders: &["/usr/local/etc/haproxy", "/etc/haproxy"],
        endings_inside: &[],
    },
];

/// The most words of a command line in which a program's name is looked for; a script may start it.
const MAX_WORDS: usize = 4;

impl Server {
    /// The server that a container of `image`, started with `words`, runs; `None` if it is not known to be one.
    pub(in crate::source) fn of<'a>(
        image: &str,
        words: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'static Self> {
        let image = Image::read(image).last();
        let programs: Vec<&str> =
            words.into_iter().take(MAX_WORDS).map(|word| word.rsplit('/').next().unwrap_or(word)).collect();
        let runs = |server: &&Self| server.programs.iter().any(|program| programs.contains(program));
        SERVERS.iter().find(runs).or_else(|| SERVERS.iter().find(|server| server.images.contains(&image)))
    }

    /// Whether it reads the file at `path` as configuration.
    pub(in crate::source) fn reads(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let inside = self.folders.iter().any(|folder| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        self.endings.contains(&ending)
            || self.endings.contains(&name.as_str())
            || (inside && (ending.is_empty() || self.endings_inside.contains(&ending)))
    }
}

#[cfg(test)]
mod tests {
    use super::Server;

    fn reads(image: &str, words: &[&str], path: &str) -> bool {
        Server::of(image, words.iter().copied()).is_none_or(|server| server.reads(path))
    }

    #[test]
    fn what_a_web_server_serves_is_no_configuration() {
        let nginx = ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"];
        for path in
            ["/usr/share/nginx/html/config.json", "/web/inc/vars.php", "/web/app.py", "/www/index.html"]
        {
            assert!(!reads("nginx:1.27", &nginx, path), "{path}");
            assert!(!reads("shop/edge", &nginx, path), "{path}, whatever the image is called");
        }
        for path in [
            "/etc/nginx/conf.d/api.conf",
            "/etc/nginx/templates/a.conf.template",
            "/etc/nginx/sites-enabled/default",
        ] {
            assert!(reads("nginx", &nginx, path), "{path}");
        }
        assert!(reads("nginx", &[], "/etc/nginx/njs/http.js") && !reads("nginx", &[], "/app/main.js"));
    }

    #[test]
    fn each_server_has_its_own_formats() {
        assert!(reads("traefik:v3", &[], "/etc/traefik/dynamic/web.yml"));
        assert!(!reads("traefik:v3", &[], "/etc/traefik/acme.json"));
        assert!(reads("haproxy", &["haproxy", "-f", "/x/lb.cfg"], "/x/lb.cfg"));
        assert!(!reads("haproxy", &[], "/x/errors.json"));
        assert!(reads("caddy", &["caddy", "run"], "/etc/caddy/Caddyfile"));
        assert!(reads("caddy", &["caddy", "run"], "/etc/caddy/caddy.json"));
        assert!(!reads("caddy", &["caddy", "run"], "/srv/config.json"));
        assert!(!reads("httpd:2.4", &[], "/usr/local/apache2/htdocs/settings.php"));
    }

    #[test]
    fn other_programs_may_read_anything() {
        assert!(reads(
            "php:8-apache",
            &["docker-php-entrypoint", "apache2-foreground"],
            "/var/www/html/db.php"
        ));
        assert!(reads("node:22", &["node", "server.js"], "/app/config.json"));
    }
}
