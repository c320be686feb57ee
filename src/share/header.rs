//! Header of a share, which is its first line: the format, the person and time, the view of the screens, and
//! all data besides the snapshots.

use super::clean_view::clean_view;
use crate::{
    model::{Text, Timestamp},
    recording::RECORDING_SCHEMA,
    store::WorldState,
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, value::RawValue};

/// Name of the format of shares, without its version.
const SHARE_FORMAT: &str = "portolan.share/";

/// Version of the format that Portolan writes and reads.
const SHARE_VERSION: u32 = 1;

/// Name and version of the format of shares.
pub const SHARE_SCHEMA: &str = "portolan.share/1";

/// Maximum size of the view in a share, in bytes of text. The largest part is the layout of a map with
/// thousands of services.
const MAX_VIEW_BYTES: usize = 4 << 20;

/// Years in which a share can have been taken. Portolan refuses a share with another time, because the time
/// is forged and calculations with it could overflow.
const PLAUSIBLE_YEARS: std::ops::Range<i16> = 2000..2200;

/// Reason why a share can't be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// A newer version of Portolan wrote the share.
    #[error(
        "it has the format `{0}` of a newer Portolan, and this one reads `{SHARE_SCHEMA}`; update Portolan"
    )]
    Newer(Text),
    /// An older version of Portolan wrote the share.
    #[error(
        "it has the format `{0}` of an older Portolan, and this one reads `{SHARE_SCHEMA}`; ask for a new share, or \
         open it with the older one"
    )]
    Older(Text),
    /// The file is neither a share nor a recording.
    #[error("it is neither a share nor a recording of Portolan")]
    Other,
    /// The share, or one of its lines, exceeds the maximum size, which is given in bytes.
    #[error("it is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// The file is a share, but it is damaged for this reason.
    #[error("it is damaged: {0}")]
    Damaged(Text),
}

/// First line of a share: the person and time, the view of the screens, and all data that Portolan had
/// besides the snapshots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareHeader {
    /// Name and version of the format, `SHARE_SCHEMA`.
    pub schema: Text,
    /// Time at which the share was taken, UTC.
    #[serde(rename = "taken")]
    pub taken_at: Timestamp,
    /// Person who shared the screen.
    pub by: Text,
    /// Comment of the person who shared the screen; empty if there is none.
    pub comment: Text,
    /// Size of the terminal, in columns and rows.
    pub size: (u16, u16),
    /// IANA name of the time zone in which the screen shows times; empty if the zone has no name.
    pub time_zone: Text,
    /// Offset of the screen's time zone from UTC at the time of the share, in seconds.
    pub utc_offset: i32,
    /// View of the screens. Only the app knows its structure.
    #[serde(deserialize_with = "read_view")]
    pub view: Value,
    /// Data besides the snapshots: status of the sources, findings, history, notes, usage and log lines.
    pub world: WorldState,
}

/// Reads the view, unless its text is larger than `MAX_VIEW_BYTES`. The limit is on the text, because the
/// parsed value needs many times more memory.
fn read_view<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if raw.get().len() > MAX_VIEW_BYTES {
        return Err(D::Error::custom("the view of the screens is too large"));
    }
    serde_json::from_str(raw.get()).map_err(D::Error::custom)
}

/// First line of a share or recording of any version, of which only the name of the format is read.
#[derive(Deserialize)]
struct AnyHeader {
    schema: String,
}

/// Returns the format that the first line of a file states, or `None` if it states none.
#[must_use]
pub fn schema_of(line: &str) -> Option<Text> {
    serde_json::from_str::<AnyHeader>(line).ok().map(|header| Text::with_max_chars(&header.schema, 60))
}

/// Returns true if a file with this format is a recording of any version.
#[must_use]
pub fn is_recording(schema: &str) -> bool {
    let format = |schema: &str| schema.split('/').next().unwrap_or_default().to_owned();
    format(schema) == format(RECORDING_SCHEMA)
}

impl ShareHeader {
    /// Reads the first line of a share.
    ///
    /// # Errors
    /// Returns the reason if the line has another format or is damaged.
    pub fn parse(line: &str) -> Result<Self, ShareError> {
        let schema = schema_of(line).ok_or(ShareError::Other)?;
        let version = schema.strip_prefix(SHARE_FORMAT).ok_or(ShareError::Other)?;
        match version.parse::<u32>() {
            Ok(SHARE_VERSION) => {}
            Ok(older) if older < SHARE_VERSION => return Err(ShareError::Older(schema)),
            _ => return Err(ShareError::Newer(schema)),
        }
        let damaged = |what: &str| ShareError::Damaged(Text::with_max_chars(what, 200));
        let mut header: Self = serde_json::from_str(line).map_err(|error| damaged(&error.to_string()))?;
        if !PLAUSIBLE_YEARS.contains(&header.taken_at.to_zoned_datetime(TimeZone::UTC).year()) {
            return Err(damaged("no screen was shared in that year"));
        }
        clean_view(&mut header.view);
        Ok(header)
    }
}
