//! Where a registry is.

use std::fmt;

/// The address of a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    pub is_tls: bool,
    pub host: String,
    pub port: u16,
    /// Before each path of the API, without a `/` at its end.
    pub path: String,
}

impl Address {
    /// Reads `http://host:port/path` or `https://…`.
    ///
    /// # Errors
    /// What is wrong with it, without what may be a secret in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = "must be an address such as https://registry.example:8081";
        let uri: hyper::Uri = text.trim().parse().map_err(|_| form.to_owned())?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(form.to_owned()),
        };
        let authority = uri.authority().ok_or(form)?;
        if authority.as_str().contains('@') {
            return Err("has a password in it: write registry.username and registry.password_file instead".to_owned());
        }
        if uri.query().is_some() {
            return Err("can't have a `?`: write the address of the registry alone".to_owned());
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(form.to_owned());
        }
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok(Self { is_tls, host, port, path: uri.path().trim_end_matches('/').to_owned() })
    }

    /// As the header `Host` has it.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.host.contains(':') { format!("[{}]:{}", self.host, self.port) } else { format!("{}:{}", self.host, self.port) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_or_says_what_is_wrong_with_it() {
        for (text, is) in [
            ("http://registry:8081", "http://registry:8081"),
            ("https://registry.example/", "https://registry.example:443"),
            ("http://[::1]:8081/apis/ccompat/v7/", "http://[::1]:8081/apis/ccompat/v7"),
        ] {
            assert_eq!(Address::parse(text).expect(text).to_string(), is);
        }
        for (text, says) in [
            ("registry:8081", "must be an address"),
            ("ftp://registry", "must be an address"),
            ("http://", "must be an address"),
            ("http://ann:s3cret@registry", "registry.password_file"),
            ("http://registry/?x=1", "`?`"),
        ] {
            let error = Address::parse(text).expect_err(text);
            assert!(error.contains(says) && !error.contains("s3cret"), "{text}: {error}");
        }
    }
}
