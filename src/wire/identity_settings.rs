//! The settings of identity as a record of `leadstream.identity`.

use super::proto;
use crate::domain::Ms;
use crate::domain::identity::settings::IdentitySettings;
use crate::domain::identity::types::{IdClass, IdTypeSpec};
use crate::domain::ids::hash64;
use prost::Message as _;

/// The key of the record: no text, and so no id. Older builds pass over such a key.
pub const KEY: &[u8] = b"\xffsettings";

/// Version that this build writes, and the newest that it reads.
const VERSION: u32 = 1;

/// What the topic says of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub settings: IdentitySettings,
    /// When identity was turned on first.
    pub since_ms: Ms,
}

/// The value of the record.
#[must_use]
pub fn write(written: &Written) -> Vec<u8> {
    let Written { settings, since_ms } = written;
    let IdentitySettings { types, hashed, secret, strip_plus, gmail_dots, partitions } = settings;
    let kind = |spec: &IdTypeSpec| proto::IdentityType {
        name: spec.name.clone(),
        rank: u32::from(spec.rank),
        class: spec.class.name().to_owned(),
    };
    let mut record = proto::IdentitySettings {
        version: VERSION,
        types: types.iter().map(kind).collect(),
        hashed: hashed.clone(),
        secret_fingerprint: *secret,
        strip_plus: *strip_plus,
        gmail_dots: *gmail_dots,
        partitions: *partitions,
        since_ms: 0,
        hash: 0,
    };
    record.hash = hash64(&record.encode_to_vec());
    record.since_ms = *since_ms;
    record.encode_to_vec()
}

/// # Errors
/// The bytes are damaged, or of a version that this build doesn't know.
pub fn read(value: &[u8]) -> Result<Written, String> {
    let record = proto::IdentitySettings::decode(value).map_err(|error| error.to_string())?;
    if record.version != VERSION {
        return Err(format!("version {} of the settings of identity, and {VERSION} is known", record.version));
    }
    let kind = |kind: proto::IdentityType| {
        let class = IdClass::ALL.into_iter().find(|class| class.name() == kind.class);
        let class = class.ok_or_else(|| format!("the class {:?} of ids is unknown", kind.class))?;
        let rank = u8::try_from(kind.rank).map_err(|error| error.to_string())?;
        Ok(IdTypeSpec { name: kind.name, rank, class })
    };
    let settings = IdentitySettings {
        types: record.types.into_iter().map(kind).collect::<Result<_, String>>()?,
        hashed: record.hashed,
        secret: record.secret_fingerprint,
        strip_plus: record.strip_plus,
        gmail_dots: record.gmail_dots,
        partitions: record.partitions,
    };
    Ok(Written { settings, since_ms: record.since_ms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::types::IdTypes;
    use crate::wire::blocked_ids;

    #[test]
    fn settings_come_back_as_they_were_written_and_no_id_has_their_key() {
        let types = IdTypes::default().specs().to_vec();
        let hashed = vec!["email".to_owned(), "phone".to_owned()];
        let settings = IdentitySettings { types, hashed, secret: Some(7), strip_plus: true, gmail_dots: false, partitions: 12 };
        let written = Written { settings, since_ms: 1_760_000_000_000 };
        assert_eq!(read(&write(&written)), Ok(written));
        assert!(String::from_utf8(KEY.to_vec()).is_err());
        assert!(read(b"\xff\xff").is_err());
        let newer = proto::IdentitySettings { version: 2, ..proto::IdentitySettings::default() };
        assert!(read(&newer.encode_to_vec()).is_err_and(|error| error.contains("version 2")));
        let class = proto::IdentityType { name: "user".to_owned(), rank: 1, class: "clan".to_owned() };
        let odd = proto::IdentitySettings { version: 1, types: vec![class], ..proto::IdentitySettings::default() };
        assert!(read(&odd.encode_to_vec()).is_err_and(|error| error.contains("clan")));
        assert!(blocked_ids::read(b"").is_err(), "what has no version is neither");
    }
}
