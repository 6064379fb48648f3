//! Tensors of several number formats as safetensors, with one metadata key, `tierwise`, that holds JSON.

use crate::problem::Problem;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::{BTreeMap, HashMap};

/// The metadata key.
const KEY: &str = "tierwise";

/// A tensor's numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    F32(Vec<f32>),
    I32(Vec<i32>),
    I8(Vec<i8>),
    U8(Vec<u8>),
}

/// Shape and numbers by name.
pub(super) type Tensors = BTreeMap<String, (Vec<usize>, Values)>;

impl Values {
    fn dtype(&self) -> Dtype {
        match self {
            Self::F32(_) => Dtype::F32,
            Self::I32(_) => Dtype::I32,
            Self::I8(_) => Dtype::I8,
            Self::U8(_) => Dtype::U8,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::F32(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::I32(v) => v.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::I8(v) => v.iter().map(|x| x.cast_unsigned()).collect(),
            Self::U8(v) => v.clone(),
        }
    }

    fn of(view: &TensorView) -> Option<Self> {
        let words = || view.data().as_chunks::<4>().0.iter();
        Some(match view.dtype() {
            Dtype::F32 => Self::F32(words().map(|w| f32::from_le_bytes(*w)).collect()),
            Dtype::I32 => Self::I32(words().map(|w| i32::from_le_bytes(*w)).collect()),
            Dtype::I8 => Self::I8(view.data().iter().map(|b| b.cast_signed()).collect()),
            Dtype::U8 => Self::U8(view.data().to_vec()),
            _ => return None,
        })
    }
}

/// The file's bytes; equal tensors give equal bytes.
pub(super) fn encode(tensors: &Tensors, head: String) -> Result<Vec<u8>, Problem> {
    let told = |e: safetensors::SafeTensorError| Problem::new(e.to_string());
    let bytes: Vec<Vec<u8>> = tensors.values().map(|(_, v)| v.bytes()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, (shape, values)), bytes)| {
        TensorView::new(values.dtype(), shape.clone(), bytes).map(|view| (name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, _>>().map_err(told)?;
    safetensors::serialize(views, Some(HashMap::from([(KEY.to_string(), head)]))).map_err(told)
}

/// The metadata text alone.
pub(super) fn head(bytes: &[u8]) -> Result<String, Problem> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| broken(&e))?;
    let head = metadata.metadata().as_ref().and_then(|m| m.get(KEY)).cloned();
    head.ok_or_else(|| Problem::new(format!("the file's metadata have no key `{KEY}`")))
}

/// Tensors and the metadata text.
pub(super) fn decode(bytes: &[u8]) -> Result<(Tensors, String), Problem> {
    let head = head(bytes)?;
    let file = SafeTensors::deserialize(bytes).map_err(|e| broken(&e))?;
    let mut tensors = Tensors::new();
    for (name, view) in file.iter() {
        let wrong = || Problem::new(format!("tensor `{name}` is of no format that is read here"));
        let values = Values::of(&view).ok_or_else(|| wrong().received(format!("{:?}", view.dtype())))?;
        tensors.insert(name.to_string(), (view.shape().to_vec(), values));
    }
    Ok((tensors, head))
}

fn broken(e: &safetensors::SafeTensorError) -> Problem {
    Problem::new(format!("not a whole safetensors file: {e}"))
}

macro_rules! take {
    ($name:ident, $format:ident, $number:ty) => {
        /// Takes a tensor out, which must have so many numbers of this format.
        pub(super) fn $name(tensors: &mut Tensors, name: &str, len: usize) -> Result<Vec<$number>, Problem> {
            match tensors.remove(name) {
                Some((_, Values::$format(v))) if v.len() == len => Ok(v),
                Some((shape, v)) => {
                    let what = format!("tensor `{name}` is not {len} numbers of {:?}", Dtype::$format);
                    Err(Problem::new(what).received(format!("{:?} of {shape:?}", v.dtype())))
                }
                None => Err(Problem::new(format!("the weights have no tensor `{name}`"))),
            }
        }
    };
}
take!(take_f32, F32, f32);
take!(take_i32, I32, i32);
take!(take_i8, I8, i8);
take!(take_u8, U8, u8);

/// Complains of tensors that nobody took.
pub(super) fn all_taken(tensors: &Tensors) -> Result<(), Problem> {
    match tensors.keys().next() {
        Some(name) => Err(Problem::new(format!("tensor `{name}` belongs to no layer"))),
        None => Ok(()),
    }
}
