//! Lists that layers inherit from the layers that contain them. Layers share an inherited list, however many inherit it.

use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// The items that a layer inherits from the layer that contains it, and its own. All inner layers share the outer layer's list. So
/// the layers take memory in proportion to the document, not to the sum of what they inherit.
///
/// A layer's own item hides inherited items with the same key.
#[derive(Debug)]
pub struct Inherited<T: ?Sized>(Option<Arc<Link<T>>>);

/// The items that one layer adds; at least one.
#[derive(Debug)]
struct Link<T: ?Sized> {
    own: Vec<Arc<T>>,
    outer: Inherited<T>,
    /// Keys of the inherited items that are hidden.
    hides: HashSet<String>,
    len: usize,
}

/// An item that a layer can inherit.
pub trait Item {
    /// Whether inherited items come before a layer's own.
    const INHERITED_FIRST: bool;

    /// The key; an own item hides inherited items with the same key.
    fn key(&self) -> Cow<'_, str>;
}

/// CRSs and titles.
impl Item for str {
    const INHERITED_FIRST: bool = true;

    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl<T: Item + ?Sized> Inherited<T> {
    /// This list with the items that an inner layer adds. They hide the `hidden` inherited items whose keys are in `hides`.
    pub fn with(&self, own: Vec<Arc<T>>, hides: HashSet<String>, hidden: usize) -> Self {
        if own.is_empty() {
            return self.clone();
        }
        let len = (self.len() + own.len()).saturating_sub(hidden);
        Self(Some(Arc::new(Link { own, outer: self.clone(), hides, len })))
    }

    /// The number of items that are not hidden.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// A pointer that is equal for lists that share their items: a layer that adds none has the same list as the layer that
    /// contains it.
    pub fn identity(&self) -> Option<*const ()> {
        self.0.as_ref().map(|link| Arc::as_ptr(link).cast())
    }

    /// All items that are not hidden.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        let links: Vec<&Link<T>> = self.links().map(|link| &**link).collect();
        let inside_out: Vec<usize> =
            if T::INHERITED_FIRST { (0..links.len()).rev().collect() } else { (0..links.len()).collect() };
        inside_out.into_iter().flat_map(move |at| {
            let hiding: Vec<&Link<T>> = links[..at].iter().copied().filter(|link| !link.hides.is_empty()).collect();
            let is_hidden = move |item: &Arc<T>| hiding.iter().any(|link| link.hides.contains(&*item.key()));
            links[at].own.iter().filter(move |item| !is_hidden(item))
        })
    }

    /// The items of a layer and of the layers that contain it, without those whose lists are in `seen`. So each item of a document
    /// comes once, however many layers inherit it.
    pub fn unseen<'a>(&'a self, seen: &mut HashSet<*const ()>) -> impl Iterator<Item = &'a Arc<T>> {
        self.links().take_while(|link| seen.insert(Arc::as_ptr(link).cast())).flat_map(|link| &link.own)
    }

    /// The items that each layer adds, innermost layer first.
    fn links(&self) -> impl Iterator<Item = &Arc<Link<T>>> {
        std::iter::successors(self.0.as_ref(), |link| link.outer.0.as_ref())
    }
}

impl<T: ?Sized> Clone for Inherited<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> Default for Inherited<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Item + ?Sized> FromIterator<Arc<T>> for Inherited<T> {
    fn from_iter<I: IntoIterator<Item = Arc<T>>>(items: I) -> Self {
        Self::default().with(items.into_iter().collect(), HashSet::new(), 0)
    }
}

impl<T: Item + PartialEq + ?Sized> PartialEq for Inherited<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Item + Serialize + ?Sized> Serialize for Inherited<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|item| &**item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wms::capabilities::{Dimension, Style};

    fn style(name: &str, title: &str) -> Arc<Style> {
        Arc::new(Style { name: name.into(), title: title.into(), ..Style::default() })
    }

    #[test]
    fn what_is_inherited_is_shared_and_what_is_hidden_is_left_out() {
        let root: Inherited<Style> = [style("a", "outer"), style("b", "outer")].into_iter().collect();
        let same = root.with(Vec::new(), HashSet::new(), 0);
        assert!(Arc::ptr_eq(root.0.as_ref().unwrap(), same.0.as_ref().unwrap()));
        let layer = root.with(vec![style("b", "own"), style("c", "own")], ["b".to_owned()].into(), 1);
        let titles: Vec<_> = layer.iter().map(|style| format!("{} {}", style.name, style.title)).collect();
        assert_eq!((titles.join(", ").as_str(), layer.len()), ("b own, c own, a outer", 3));
        let mut seen = HashSet::new();
        let each = |list: &Inherited<Style>, seen: &mut HashSet<_>| list.unseen(seen).count();
        assert_eq!((each(&layer, &mut seen), each(&root, &mut seen), each(&layer, &mut seen)), (4, 0, 0));
    }

    #[test]
    fn inherited_dimensions_and_crss_stand_first() {
        let crs: Inherited<str> = ["EPSG:4326".into()].into_iter().collect();
        let crs = crs.with(vec!["EPSG:3857".into()], HashSet::new(), 0);
        assert_eq!(crs.iter().map(|code| &**code).collect::<Vec<_>>(), ["EPSG:4326", "EPSG:3857"]);
        let named = |name: &str| Arc::new(Dimension { name: name.into(), ..Dimension::default() });
        let outer: Inherited<Dimension> = [named("TIME"), named("level")].into_iter().collect();
        let inner = outer.with(vec![named("time")], ["time".to_owned()].into(), 1);
        assert_eq!(inner.iter().map(|each| each.name.as_str()).collect::<Vec<_>>(), ["level", "time"]);
    }
}
