//! `cargo xtask serve`, and the static server that the journeys use too.
//!
//! A server of our own rather than trunk's, because three things must hold: a
//! missing file is a 404 (a missing worker must not be answered with the page),
//! every answer carries the headers that make the page cross-origin isolated,
//! and files named by their content are cached for good.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::build;
use crate::setup::{self, Needs};

const IDLE_LIMIT: Duration = Duration::from_secs(60);
const HEAD_LIMIT_BYTES: u64 = 64 * 1024;

pub fn command(arguments: &[String]) -> Result<ExitCode> {
    let mut host = "127.0.0.1".to_owned();
    let mut port = 8080u16;
    let mut fresh = true;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--port" => {
                let value = rest.next().context("--port wants a number")?;
                port = value.parse().context("--port wants a number")?;
            }
            "--host" => host = rest.next().context("--host wants an address")?.clone(),
            "--no-build" => fresh = false,
            other => bail!("serve has no option `{other}`"),
        }
    }
    // Before the build, so that a port in use is known at once.
    let listener = TcpListener::bind((host.as_str(), port))
        .with_context(|| format!("could not listen on {host}:{port} (try --port)"))?;
    let dist = if fresh {
        let tools = setup::run(Needs::BUILD)?;
        build::page(&tools)?
    } else {
        setup::workspace_root()?.join("dist")
    };
    if !dist.join("index.html").is_file() {
        bail!("there is no built page in {}", dist.display());
    }
    println!(
        "\nAirlock is at http://{}/ (Ctrl-C ends it)",
        listener.local_addr()?
    );
    answer_all(&listener, dist);
    Ok(ExitCode::SUCCESS)
}

/// Serves `folder` on a free local port for as long as this process runs.
pub fn in_background(folder: PathBuf) -> Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || answer_all(&listener, folder));
    Ok(address)
}

fn answer_all(listener: &TcpListener, folder: PathBuf) {
    let folder = Arc::new(folder);
    for stream in listener.incoming().flatten() {
        let folder = Arc::clone(&folder);
        // A connection that breaks is the browser's business, not ours.
        thread::spawn(move || answer_connection(&stream, &folder));
    }
}

struct Request {
    method: String,
    path: String,
    known_tag: Option<String>,
    keep_open: bool,
}

struct Answer {
    status: &'static str,
    kind: &'static str,
    caching: &'static str,
    tag: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    fn plain(status: &'static str) -> Answer {
        Answer {
            status,
            kind: "text/plain; charset=utf-8",
            caching: "no-store",
            tag: None,
            body: status.as_bytes().to_vec(),
        }
    }
}

fn answer_connection(stream: &TcpStream, folder: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(IDLE_LIMIT))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader)? {
        let answer = match request.method.as_str() {
            "GET" | "HEAD" => look_up(folder, &request),
            _ => Answer::plain("405 Method Not Allowed"),
        };
        write_answer(stream, &request, &answer)?;
        if !request.keep_open {
            break;
        }
    }
    Ok(())
}

/// `None` at the connection's end, or for what is not HTTP.
fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut head = reader.take(HEAD_LIMIT_BYTES);
    let mut line = String::new();
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next())
    else {
        return Ok(None);
    };
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let mut request = Request {
        method: method.to_owned(),
        path: decode(path),
        known_tag: None,
        keep_open: version == "HTTP/1.1",
    };
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim();
        if line.is_empty() {
            return Ok(Some(request));
        }
        if let Some((name, value)) = line.split_once(':') {
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "if-none-match" => request.known_tag = Some(value.to_owned()),
                "connection" if value.eq_ignore_ascii_case("close") => request.keep_open = false,
                _ => {}
            }
        }
    }
}

fn look_up(folder: &Path, request: &Request) -> Answer {
    let Some(mut file) = resolve(folder, &request.path) else {
        return Answer::plain("404 Not Found");
    };
    if file.is_dir() {
        file.push("index.html");
    }
    let (Ok(body), Ok(about)) = (fs::read(&file), fs::metadata(&file)) else {
        return Answer::plain("404 Not Found");
    };
    let changed = about
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |age| age.as_nanos());
    let tag = format!("\"{changed:x}-{:x}\"", body.len());
    let known = request.known_tag.as_deref() == Some(tag.as_str());
    Answer {
        status: if known { "304 Not Modified" } else { "200 OK" },
        kind: media_type(&file),
        caching: if is_named_by_content(&file) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        },
        tag: Some(tag),
        body: if known { Vec::new() } else { body },
    }
}

/// The file a path names; `None` if it would lead out of the folder.
fn resolve(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut file = folder.to_path_buf();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            part if part.contains(['\\', '\0']) => return None,
            part => file.push(part),
        }
    }
    Some(file)
}

fn write_answer(mut stream: &TcpStream, request: &Request, answer: &Answer) -> std::io::Result<()> {
    let tag = answer
        .tag
        .as_ref()
        .map_or(String::new(), |tag| format!("ETag: {tag}\r\n"));
    let head = format!(
        "HTTP/1.1 {}\r\n\
         Content-Type: {}\r\n\
         Content-Length: {}\r\n\
         Cache-Control: {}\r\n\
         {tag}\
         Connection: {}\r\n\
         Cross-Origin-Opener-Policy: same-origin\r\n\
         Cross-Origin-Embedder-Policy: require-corp\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\n\
         X-Content-Type-Options: nosniff\r\n\
         \r\n",
        answer.status,
        answer.kind,
        answer.body.len(),
        answer.caching,
        if request.keep_open {
            "keep-alive"
        } else {
            "close"
        },
    );
    stream.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        stream.write_all(&answer.body)?;
    }
    stream.flush()
}

/// Whether the name ends in a hash, as trunk and our hooks write them:
/// `name-0123456789abcdef.js`, `name-0123456789abcdef_bg.wasm`.
fn is_named_by_content(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.split(['-', '_', '.'])
        .skip(1)
        .any(|part| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "py" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn decode(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::path::Path;

    use super::{in_background, is_named_by_content};

    fn ask(name: &str, target: &str) -> String {
        let folder =
            std::env::temp_dir().join(format!("airlock-serve-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        fs::write(folder.join("index.html"), "<p>page</p>").expect("a file");
        fs::write(folder.join("a b.wasm"), [0u8, 1]).expect("a file");
        let address = in_background(folder.clone()).expect("a free port");
        let mut stream = TcpStream::connect(address).expect("a connection");
        write!(stream, "GET {target} HTTP/1.1\r\nConnection: close\r\n\r\n").expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        fs::remove_dir_all(folder).expect("the folder removed");
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn the_top_is_the_page_and_isolated() {
        let answer = ask("top", "/?embed=1");
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.contains("Cross-Origin-Opener-Policy: same-origin"));
        assert!(answer.contains("Cross-Origin-Embedder-Policy: require-corp"));
        assert!(answer.ends_with("<p>page</p>"));
    }

    #[test]
    fn escaped_names_are_found_with_their_type() {
        let answer = ask("escaped", "/a%20b.wasm");
        assert!(
            answer.contains("Content-Type: application/wasm"),
            "{answer}"
        );
    }

    #[test]
    fn a_missing_file_is_not_the_page() {
        assert!(ask("missing", "/worker.js").starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        assert!(ask("outside", "/../../etc/passwd").starts_with("HTTP/1.1 404"));
        assert!(ask("outside2", "/%2e%2e/%2e%2e/etc/passwd").starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn hashed_names_are_known() {
        assert!(is_named_by_content(Path::new(
            "app-1f2e3d4c5b6a7988_bg.wasm"
        )));
        assert!(is_named_by_content(Path::new("worker-0123456789abcdef.js")));
        assert!(!is_named_by_content(Path::new("index.html")));
        assert!(!is_named_by_content(Path::new("service-worker.js")));
    }
}
