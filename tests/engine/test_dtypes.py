"""Element types: their names, what they say of themselves, and what stands for them."""

from __future__ import annotations

import numpy as np
import pytest

import gradnb as tf
from gradnb.engine import dtypes


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ("float32", tf.float32),
        ("float", tf.float32),
        ("double", tf.float64),
        ("half", tf.float16),
        (np.float64, tf.float64),
        (np.dtype("int64"), tf.int64),
        (float, tf.float32),
        (int, tf.int32),
        (bool, tf.bool),
        (complex, tf.complex128),
        (str, tf.string),
        (np.dtype("U3"), tf.string),
        (tf.int8, tf.int8),
    ],
)
def test_as_dtype_understands_names_numpys_types_and_pythons(value: object, dtype: tf.DType) -> None:
    assert tf.as_dtype(value) is dtype


@pytest.mark.parametrize("value", ["float31", None, 3, object()])
def test_what_is_no_dtype_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match=r"Cannot convert .* to a TensorFlow DType"):
        tf.as_dtype(value)


def test_dtypes_equal_whatever_names_them() -> None:
    assert tf.float32 == "float32"
    assert tf.float32 == np.float32
    assert tf.float32 != tf.float64
    assert tf.float32 != "nonsense"
    assert tf.float32 not in [None, 1, object()]
    assert {tf.float32: 1}[tf.as_dtype("float")] == 1


def test_a_reference_type_is_another_with_the_same_base() -> None:
    reference = tf.float32.reference
    assert reference.name == "float32_ref"
    assert reference != tf.float32
    assert reference.base_dtype is tf.float32
    assert reference.reference is reference
    assert tf.float32.base_dtype is tf.float32
    assert reference.is_reference and not tf.float32.is_reference
    assert tf.as_dtype("float32_ref") is reference


@pytest.mark.parametrize("dtype", sorted(dtypes.ALL, key=lambda dtype: dtype.name), ids=lambda dtype: dtype.name)
def test_each_dtype_is_of_one_kind(dtype: tf.DType) -> None:
    kinds = [dtype.is_floating, dtype.is_complex, dtype.is_integer, dtype.is_bool, dtype.is_string]
    assert sum(kinds) == 1
    assert dtype.is_trainable == (dtype.is_floating or dtype.is_complex)
    assert dtype.is_unsigned == dtype.name.startswith("uint")
    assert tf.as_dtype(dtype.name) is dtype
    assert repr(dtype) == f"tf.{dtype.name}"
    assert str(dtype) == f"<dtype: '{dtype.name}'>"


def test_limits_and_sizes_are_numpys() -> None:
    assert (tf.int8.min, tf.int8.max, tf.int8.size) == (-128, 127, 1)
    assert tf.float32.max == np.finfo(np.float32).max
    assert tf.complex128.real_dtype is tf.float64
    assert tf.float32.real_dtype is tf.float32


def test_messages_call_dtypes_as_tensorflow_does() -> None:
    assert [d.enum_name for d in (tf.float32, tf.float64, tf.float16, tf.int32, tf.float32.reference)] == [
        "DT_FLOAT",
        "DT_DOUBLE",
        "DT_HALF",
        "DT_INT32",
        "DT_FLOAT",
    ]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.0, tf.float32),
        (1, tf.int32),
        (2**40, tf.int64),
        (True, tf.bool),
        ("a", tf.string),
        (1j, tf.complex128),
        ([1, 2.5], tf.float32),
        ([], tf.float32),
        (np.ones(2), tf.float64),
        (np.float32(1), tf.float32),
        ([np.float64(1)], tf.float64),
        (np.ones(2, np.int8), tf.int8),
        (range(3), tf.int32),
    ],
)
def test_a_constant_has_the_dtype_that_its_value_suggests(value: object, dtype: tf.DType) -> None:
    assert tf.constant(value).dtype is dtype


@pytest.mark.parametrize(
    ("value", "dtype", "message"),
    [
        (1.5, tf.int32, "Expected int32, but got 1.5 of type 'float'."),
        ("a", tf.float32, "Expected float32, but got 'a' of type 'str'."),
        (1, tf.string, "Expected string, but got 1 of type 'int'."),
        (True, tf.float32, "Expected float32, but got True of type 'bool'."),
        (1, tf.bool, "Expected bool, but got 1 of type 'int'."),
        (1j, tf.float32, "Expected float32, but got 1j of type 'complex'."),
    ],
)
def test_a_value_of_another_kind_than_asked_for_is_a_type_error(value: object, dtype: tf.DType, message: str) -> None:
    with pytest.raises(TypeError) as raised:
        tf.constant(value, dtype)
    assert str(raised.value) == message


def test_a_number_out_of_range_is_refused_with_the_range() -> None:
    with pytest.raises(ValueError, match=r"300 does not fit into int8, whose range is -128 to 127\."):
        tf.constant(300, tf.int8)


def test_ragged_lists_and_objects_are_refused() -> None:
    with pytest.raises(ValueError, match="Can't convert non-rectangular Python sequence to Tensor"):
        tf.constant([[1.0], [2.0, 3.0]])
    with pytest.raises(TypeError, match="Failed to convert object of type object to Tensor"):
        tf.constant(object())


def test_strings_are_bytes() -> None:
    with tf.Session() as session:
        assert session.run(tf.constant(["a", "é"])).tolist() == [b"a", "é".encode()]


def test_a_constant_repeats_its_last_element_to_fill_its_shape() -> None:
    with tf.Session() as session:
        assert session.run(tf.constant([1.0, 2.0], shape=[3])).tolist() == [1.0, 2.0, 2.0]
        assert session.run(tf.constant(7, shape=[2, 2])).tolist() == [[7, 7], [7, 7]]
    with pytest.raises(ValueError, match=r"Too many elements provided\. Takes at most 1, but got 2"):
        tf.constant([1.0, 2.0], shape=[1])


def test_a_constant_does_not_follow_later_changes_of_its_array() -> None:
    array = np.ones(2, np.float32)
    constant = tf.constant(array)
    array[:] = 5.0
    with tf.Session() as session:
        assert session.run(constant).tolist() == [1.0, 1.0]


def test_dates_are_no_dtype() -> None:
    with pytest.raises(TypeError, match="to a TensorFlow DType"):
        tf.as_dtype(np.dtype("M8[s]"))
