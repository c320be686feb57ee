//! Access of the fuzz target to archives. Compiled only for fuzzing.

use super::{FileText, ServerProgram, archive::unpack_texts, config_paths, limit_texts};
use crate::source::docker::api_types::ContainerInspectResponse;

/// Returns the configuration files of a container, if the engine returns `archive` for each of its paths.
pub(in crate::source::docker) fn texts_in_archive(
    answer: &ContainerInspectResponse,
    archive: &[u8],
) -> Vec<FileText> {
    let mut texts = Vec::new();
    for place in config_paths::config_paths(answer) {
        let unpacked = unpack_texts(archive, &place.container_path);
        texts.extend(unpacked.into_iter().filter(|text| place.may_contain_config(&text.path)));
    }
    let image = answer.config.as_ref().and_then(|config| config.image.as_deref()).unwrap_or_default();
    let words = answer.path.iter().chain(answer.args.iter().flatten()).map(String::as_str);
    limit_texts(&mut texts, ServerProgram::of(image, words));
    texts
}
