//! Values of an archive as they come: what has another shape than the format says is left out, and never an error.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
    },
};

/// Something that a text, a number or a word may stand for.
pub(super) trait Scalar: Default {
    /// From a text.
    fn from_text(text: &str) -> Self;

    /// From a number.
    fn from_number(number: f64) -> Self;
}

/// An object of the format.
pub(super) trait Part: Default + DeserializeOwned {
    /// Some tools write a text in its place.
    fn from_text(_text: &str) -> Self {
        Self::default()
    }
}

impl Scalar for String {
    fn from_text(text: &str) -> Self {
        text.to_owned()
    }

    fn from_number(number: f64) -> Self {
        number.to_string()
    }
}

impl Scalar for Option<f64> {
    fn from_text(text: &str) -> Self {
        text.trim().parse().ok()
    }

    fn from_number(number: f64) -> Self {
        Some(number)
    }
}

/// A text, a number or nothing.
pub(super) fn scalar<'de, D: Deserializer<'de>, T: Scalar>(from: D) -> Result<T, D::Error> {
    from.deserialize_any(ScalarVisitor(PhantomData))
}

/// An object, or what stands for one.
pub(super) fn part<'de, D: Deserializer<'de>, T: Part>(from: D) -> Result<T, D::Error> {
    from.deserialize_any(PartVisitor(PhantomData))
}

/// A list; what is none has no items.
pub(super) fn list<'de, D: Deserializer<'de>, T: Part>(from: D) -> Result<Vec<T>, D::Error> {
    from.deserialize_any(ListVisitor(PhantomData))
}

struct ScalarVisitor<T>(PhantomData<T>);
struct PartVisitor<T>(PhantomData<T>);
struct ListVisitor<T>(PhantomData<T>);

/// An object within a list.
struct Item<T>(T);

impl<'de, T: Part> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        part(from).map(Self)
    }
}

/// What a visitor makes of the shapes that it doesn't want.
macro_rules! otherwise {
    ($value:ty, $($shape:ident)*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value of an archive")
        }
        fn visit_unit<E>(self) -> Result<$value, E> {
            Ok(<$value>::default())
        }
        $(otherwise!(@ $shape $value);)*
    };
    (@ scalars $value:ty) => {
        fn visit_bool<E>(self, _: bool) -> Result<$value, E> {
            Ok(<$value>::default())
        }
        fn visit_u64<E>(self, _: u64) -> Result<$value, E> {
            Ok(<$value>::default())
        }
        fn visit_i64<E>(self, _: i64) -> Result<$value, E> {
            Ok(<$value>::default())
        }
        fn visit_f64<E>(self, _: f64) -> Result<$value, E> {
            Ok(<$value>::default())
        }
    };
    (@ text $value:ty) => {
        fn visit_str<E>(self, _: &str) -> Result<$value, E> {
            Ok(<$value>::default())
        }
    };
    (@ list $value:ty) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<$value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(<$value>::default())
        }
    };
    (@ object $value:ty) => {
        fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<$value, A::Error> {
            while pairs.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(<$value>::default())
        }
    };
}

#[expect(clippy::cast_precision_loss, reason = "sizes and times are no larger")]
impl<'de, T: Scalar> Visitor<'de> for ScalarVisitor<T> {
    type Value = T;

    otherwise!(T, list object);

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(T::from_number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok(T::from_number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<T, E> {
        Ok(T::from_number(number))
    }
}

impl<'de, T: Part> Visitor<'de> for PartVisitor<T> {
    type Value = T;

    otherwise!(T, scalars list);

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, pairs: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(pairs))
    }
}

impl<'de, T: Part> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    otherwise!(Vec<T>, scalars text object);

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(Item(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list)
    }
}
