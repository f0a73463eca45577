//! One request: connection, TLS, who we are, limits of time and size.
//!
//! hyper is in the tree as the admin server's, and OpenSSL as librdkafka's: what speaks to a registry brings no second HTTP, and no
//! second TLS.

use super::address::Address;
use super::options::Options;
use base64::Engine as _;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, HOST, USER_AGENT};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use openssl::ssl::{SslConnector, SslFiletype, SslMethod};
use std::path::Path;
use std::pin::Pin;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Most bytes of an answer: registries take schemas of one megabyte.
const MOST_BYTES: usize = 8 << 20;

const ACCEPTED: &str = "application/vnd.schemaregistry.v1+json, application/json;q=0.5";

/// Where systems keep whom they trust, as librdkafka looks for it: the OpenSSL that is built in knows of none of them.
const TRUSTED: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// An answer: its status and its body.
pub type Answer = (u16, Vec<u8>);

/// Asks an address for a path.
///
/// # Errors
/// There is no answer in time: why.
pub async fn get(options: &Options, address: &Address, path: &str) -> Result<Answer, String> {
    match tokio::time::timeout(options.timeout, exchange(options, address, path)).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {:?}", options.timeout)),
    }
}

async fn exchange(options: &Options, address: &Address, path: &str) -> Result<Answer, String> {
    let connection = TcpStream::connect((address.host.as_str(), address.port)).await.map_err(|error| error.to_string())?;
    if !address.is_tls {
        return send(options, address, path, connection).await;
    }
    let connector = connector(options)?;
    let configured = connector.configure().and_then(|own| own.into_ssl(&address.host)).map_err(|error| error.to_string())?;
    let mut stream = tokio_openssl::SslStream::new(configured, connection).map_err(|error| error.to_string())?;
    Pin::new(&mut stream)
        .connect()
        .await
        .map_err(|error| format!("TLS: {error}: see registry.ca_file and registry.certificate_file"))?;
    send(options, address, path, stream).await
}

async fn send<S>(options: &Options, address: &Address, path: &str, stream: S) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut request = Request::get(format!("{}{path}", address.path))
        .header(HOST, address.authority())
        .header(ACCEPT, ACCEPTED)
        .header(USER_AGENT, concat!("leadstream/", env!("CARGO_PKG_VERSION")));
    if let Some(who) = authorization(options)? {
        let mut value =
            hyper::header::HeaderValue::from_str(&who).map_err(|_| "the password or token can't stand in a header")?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(|error| said(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MOST_BYTES).collect().await;
        let body = body.map_err(|error| format!("the answer has no end: {error}"))?.to_bytes();
        Ok((status, body.to_vec()))
    };
    // The connection does the work. It may end before the answer is taken from it, and how it fails is what the answer says.
    let work = async {
        drop(connection.await);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = answer => answer,
        () = work => Err("the connection was closed".to_owned()),
    }
}

/// An error with what it comes from.
fn said(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// What we say of us. Files are read each time: passwords and tokens change while we run.
fn authorization(options: &Options) -> Result<Option<String>, String> {
    if let Some(file) = &options.token_file {
        return Ok(Some(format!("Bearer {}", secret("registry.token_file", file)?)));
    }
    let Some(username) = &options.username else { return Ok(None) };
    let password = options.password_file.as_deref().map(|file| secret("registry.password_file", file)).transpose()?;
    let both = format!("{username}:{}", password.unwrap_or_default());
    Ok(Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(both))))
}

fn secret(key: &str, file: &Path) -> Result<String, String> {
    let read = std::fs::read_to_string(file).map_err(|error| format!("{key}: {} can't be read: {error}", file.display()))?;
    Ok(read.trim().to_owned())
}

/// Whom we trust, and our certificate: read each time, as certificates change too.
fn connector(options: &Options) -> Result<SslConnector, String> {
    let in_file = |key: &str, file: &Path, error: &openssl::error::ErrorStack| {
        format!("registry.{key}: {} can't be used: {error}", file.display())
    };
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(|error| error.to_string())?;
    let system = || TRUSTED.iter().map(Path::new).find(|path| path.is_file());
    if let Some(file) = options.ca_file.as_deref().or_else(system) {
        builder.set_ca_file(file).map_err(|error| in_file("ca_file", file, &error))?;
    }
    if let Some(file) = &options.certificate_file {
        builder.set_certificate_chain_file(file).map_err(|error| in_file("certificate_file", file, &error))?;
        let key = options.key_file.as_ref().unwrap_or(file);
        builder.set_private_key_file(key, SslFiletype::PEM).map_err(|error| in_file("key_file", key, &error))?;
    }
    Ok(builder.build())
}
