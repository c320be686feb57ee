//! Helpers that read elements of XML responses.

use roxmltree::Node;

/// Returns the first child element with this name.
pub(crate) fn child<'a, 'input>(parent: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    parent.children().find(|node| node.has_tag_name(name))
}

/// Returns the child elements of `parent` with this name, or none if `parent` is `None`.
pub(crate) fn children<'a, 'input>(
    parent: Option<Node<'a, 'input>>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.into_iter().flat_map(|parent| parent.children()).filter(move |node| node.has_tag_name(name))
}

/// Returns the text of the first child element with this name, without spaces around it. Returns `None` if
/// the text is missing or empty.
pub(crate) fn text(parent: Node<'_, '_>, name: &str) -> Option<String> {
    child(parent, name).and_then(own_text)
}

/// Returns the text of an element, without spaces around it. Returns `None` if it is empty.
pub(crate) fn own_text(node: Node<'_, '_>) -> Option<String> {
    node.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Returns the items of a list in the Query protocol: the elements `member` below the element `name`.
pub(crate) fn members<'a, 'input>(
    parent: Node<'a, 'input>,
    name: &str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    children(child(parent, name), "member")
}

/// Returns the texts in a list in the Query protocol.
pub(crate) fn member_texts(parent: Node<'_, '_>, name: &str) -> Vec<String> {
    members(parent, name).filter_map(own_text).collect()
}
