"""Make the vectors: run programs in TensorFlow and write down what comes out.

    python tests/conformance/make_vectors.py more_vectors.json             # the programs below
    python tests/conformance/make_vectors.py tf_vectors.json --again       # the programs that stand in the file

It needs TensorFlow 2 (its ``compat.v1``) in an environment of its own; no test runs it. The graph optimizer is
switched off, since with it TensorFlow ignores what is fed to some intermediate tensors.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent

#: Functions of one number, each with a range of numbers for which it is defined.
UNARY = {
    "tf.abs": (-2, 2),
    "tf.acos": (-0.9, 0.9),
    "tf.acosh": (1.2, 3),
    "tf.asin": (-0.9, 0.9),
    "tf.asinh": (-2, 2),
    "tf.atan": (-2, 2),
    "tf.atanh": (-0.9, 0.9),
    "tf.cos": (-2, 2),
    "tf.cosh": (-2, 2),
    "tf.digamma": (0.5, 3),
    "tf.erf": (-2, 2),
    "tf.erfc": (-2, 2),
    "tf.exp": (-2, 2),
    "tf.expm1": (-2, 2),
    "tf.lgamma": (0.5, 3),
    "tf.log": (0.5, 3),
    "tf.log1p": (-0.5, 3),
    "tf.negative": (-2, 2),
    "tf.reciprocal": (0.5, 3),
    "tf.rsqrt": (0.5, 3),
    "tf.sigmoid": (-2, 2),
    "tf.sign": (-2, 2),
    "tf.sin": (-2, 2),
    "tf.sinh": (-2, 2),
    "tf.sqrt": (0.5, 3),
    "tf.square": (-2, 2),
    "tf.tan": (-1, 1),
    "tf.tanh": (-2, 2),
}
BINARY = {
    "tf.add": (-2, 2),
    "tf.atan2": (0.5, 2),
    "tf.div": (0.5, 2),
    "tf.div_no_nan": (0.5, 2),
    "tf.divide": (0.5, 2),
    "tf.floormod": (0.5, 2),
    "tf.maximum": (-2, 2),
    "tf.math.multiply_no_nan": (-2, 2),
    "tf.math.xdivy": (0.5, 2),
    "tf.math.xlogy": (0.5, 2),
    "tf.minimum": (-2, 2),
    "tf.multiply": (-2, 2),
    "tf.pow": (0.5, 2),
    "tf.squared_difference": (-2, 2),
    "tf.subtract": (-2, 2),
}
HOLOMORPHIC = [
    "cos",
    "cosh",
    "exp",
    "log",
    "negative",
    "reciprocal",
    "rsqrt",
    "sigmoid",
    "sin",
    "sinh",
    "sqrt",
    "square",
]
HOLOMORPHIC += ["asinh", "atan", "expm1", "log1p", "tan", "tanh"]
REDUCTIONS = ["reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod", "reduce_logsumexp"]
EDGES = [-np.inf, -1.0, -0.0, 0.0, 1e-30, 1.0, np.inf, np.nan]


def case(group: str, name: str, program: str, **inputs: Any) -> dict[str, Any]:
    return {"id": f"{group}_{name}", "group": group, "program": program, "inputs": inputs}


def numbers(name: str, shape: Sequence[int], low: float = -2, high: float = 2) -> np.ndarray[Any, Any]:
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    return np.round(generator.uniform(low, high, shape), 4)


def declared(dtype: str = "tf.float64", **shapes: Any) -> str:
    return "".join(f"{name} = tf.placeholder({dtype}, {shape})\n" for name, shape in shapes.items())


def programs() -> Iterator[dict[str, Any]]:
    """Give the programs, each with its inputs."""
    for function, (low, high) in UNARY.items():
        name = function.rpartition(".")[2]
        x = numbers(name, (3,), low, high)
        orders = (
            f"fetches = [{function}(x)]\n"
            "for _ in range(3):\n"
            "    fetches += [None if fetches[-1] is None else tf.gradients(fetches[-1], x)[0]]"
        )
        yield case("orders", name, declared(x=[3]) + orders, x=x)
        once = f"y = {function}(x)\nfetches = [y] + tf.gradients(y, x)"
        # What TensorFlow's erf makes of an infinity depends on its place in the array.
        edges = [x for x in EDGES if name != "erf" or not np.isinf(x)]
        yield case("edges", name, declared(x=[len(edges)]) + once, x=np.array(edges))
        masked = f"y = {function}(x)\nfetches = [y] + tf.gradients(y, x, grad_ys=w)"
        yield case("masked", name, declared(x=[4], w=[4]) + masked, x=np.array([0.0, 1.0, -1.0, 0.0]), w=np.zeros(4))
        yield case("single", name, declared("tf.float32", x=[3]) + once, x=x.astype(np.float32))

    for function, (low, high) in BINARY.items():
        name = function.rpartition(".")[2]
        for number, (first, second) in enumerate([((2, 3), (3,)), ((3,), (2, 1)), ((), (2,))]):
            a, b = numbers(f"a{name}{number}", first, low, high), numbers(f"b{name}{number}", second, low, high)
            known = declared(a=list(first), b=list(second))
            twice = (
                f"y = {function}(a, b)\nga, gb = tf.gradients(y * y, [a, b])\n"
                "fetches = [y, ga, gb] + tf.gradients(ga, [a, b]) + tf.gradients(gb, [a, b])"
            )
            yield case("pair", f"{name}_{number}", known + twice, a=a, b=b)
            if number == 0:
                alone = f"y = {function}(a, b)\nga, gb = tf.gradients(y, [a, b])\nfetches = [y, ga, gb]\n"
                alone += "for g in [ga, gb]:\n    fetches += [None, None] if g is None else tf.gradients(g, [a, b])"
                yield case("connected", name, known + alone, a=a, b=b)
                yield case("vague", name, declared(a=None, b=None) + twice, a=a, b=b)
        points = np.array([(p, q) for p in (-1.0, 0.0, 1.0, 2.0) for q in (-1.0, 0.0, 1.0, 2.0)]).T
        once = f"y = {function}(a, b)\nfetches = [y] + tf.gradients(y, [a, b])"
        yield case("grid", name, declared(a=[16], b=[16]) + once, a=points[0], b=points[1])

    for name in HOLOMORPHIC:
        z = numbers(name, (3,), 0.3, 0.9) + 1j * numbers(name + "i", (3,), -0.9, 0.9)
        w = numbers(name + "w", (3,)) + 1j * numbers(name + "wi", (3,))
        program = (
            f"y = tf.{name}(x)\ng, = tf.gradients(y, x, grad_ys=w)\nfetches = [y, g] + tf.gradients(g, x, grad_ys=w)"
        )
        yield case("complex", name, declared("tf.complex128", x=[3], w=[3]) + program, x=z, w=w)
    parts = {
        "abs": "tf.abs(x)",
        "angle": "tf.angle(x)",
        "real": "tf.real(x)",
        "imag": "tf.imag(x)",
        "norm": "tf.real(tf.conj(x) * x)",
        "cumprod": "tf.real(tf.cumprod(x))",
        "prod": "tf.real(tf.reduce_prod(x))",
        "multiply_no_nan": "tf.real(tf.math.multiply_no_nan(x, x + 1j))",
        "div_no_nan": "tf.real(tf.div_no_nan(x, x + 1j))",
        "pow": "tf.real(x ** (x + 1j))",
        "sign": "tf.real(tf.sign(x))",
        "squared_difference": "tf.real(tf.squared_difference(x, x * x))",
        "mean": "tf.real(tf.reduce_mean(x * x))",
    }
    for name, expression in parts.items():
        z = numbers(name, (3,)) + 1j * numbers(name + "i", (3,))
        program = f"y = {expression}\nfetches = [y] + tf.gradients(y, x)"
        yield case("parts", name, declared("tf.complex128", x=[3]) + program, x=z)

    for name in REDUCTIONS:
        for axis in ("None", "0", "-1", "[0, 2]"):
            for keepdims in (False, True):
                program = (
                    f"y = tf.{name}(x, axis={axis}, keepdims={keepdims})\ng, = tf.gradients(y * y, x)\n"
                    "fetches = [y, g] + tf.gradients(g, x)"
                )
                known = name in ("reduce_sum", "reduce_prod") or not keepdims
                shape = [2, 2, 3] if known else [None, None, None]
                label = f"{name}_{axis}_{keepdims}".replace(" ", "")
                yield case("reduce", label, declared(x=shape) + program, x=numbers(label, (2, 2, 3), 0.5, 2))
        for label, entries in {"zeros": [0.0, 2.0, 0.0], "zero": [3.0, 0.0, 2.0], "equal": [2.0, 2.0, 2.0]}.items():
            program = f"y = tf.{name}(x)\nfetches = [y] + tf.gradients(y, x)"
            yield case("tied", f"{name}_{label}", declared(x=[3]) + program, x=np.array(entries))
    for name in ("cumsum", "cumprod"):
        for exclusive in (False, True):
            for reverse in (False, True):
                program = (
                    f"y = tf.{name}(x, 1, exclusive={exclusive}, reverse={reverse})\n"
                    "g, = tf.gradients(y * y, x)\nfetches = [y, g] + tf.gradients(g, x)"
                )
                label = f"{name}_{exclusive}_{reverse}"
                entries = numbers(label, (2, 4), 0.5, 2)
                yield case("running", label, declared(x=[2, 4]) + program, x=entries)
                entries = np.array([[1.0, 0.0, 2.0, 3.0], [0.0, 2.0, 0.0, 5.0]])
                once = program.rpartition("\n")[0] + "\nfetches = [y, g]"
                yield case("running", f"{label}_zero", declared(x=[2, 4]) + once, x=entries)
    more = {
        "norm": "y = tf.math.reduce_euclidean_norm(x, axis=1)",
        "variance": "y = tf.math.reduce_variance(x, axis=0)",
        "std": "y = tf.math.reduce_std(x)",
        "clip": "y = tf.clip_by_value(x, -1.0, x * 0.0 + 1.0)",
        "where": "y = tf.where([True, False], x, x * x)",
        "where_v2": "y = tf.where_v2([True, False, True], x, x[0] * x[1])",
        "accumulate": "y = tf.accumulate_n([x, x * x, x])",
        "scalar_mul": "y = tf.scalar_mul(3.0, x)",
        "truediv": "y = tf.cast([[1], [2]], tf.int32) / 2 * x",
        "angle": "y = tf.angle(x) + x",
        "polygamma": "y = tf.polygamma(tf.ones_like(x), tf.abs(x) + 1.0)",
    }
    for name, line in more.items():
        program = f"{line}\ng, = tf.gradients(y * y, x)\nfetches = [y, g] + tf.gradients(g, x)"
        yield case("more", name, declared(x=[2, 3]) + program, x=numbers(name, (2, 3)))
    whole = {
        "floordiv": "a // b",
        "mod": "a % b",
        "truncatediv": "tf.truncatediv(a, b)",
        "truncatemod": "tf.truncatemod(a, b)",
        "truediv": "a / b",
        "div": "tf.div(a, b)",
        "pow": "tf.pow(a, tf.abs(b))",
        "mean": "tf.reduce_mean(a - b)",
        "sum": "tf.reduce_sum(a)",
        "prod": "tf.reduce_prod(b)",
        "max": "tf.reduce_max(a)",
        "abs": "tf.abs(a)",
        "sign": "tf.sign(a)",
        "count": "tf.count_nonzero(a)",
        "argmax": "tf.argmax(a)",
        "cumprod": "tf.cumprod(b, reverse=True)",
        "round": "tf.round(a)",
        "square": "tf.square(a)",
        "squared_difference": "tf.squared_difference(a, b)",
        "maximum": "tf.maximum(a, b)",
    }
    a, b = np.array([7, -7, 7, -8, 0]), np.array([2, 2, -2, -3, 5])
    for name, expression in whole.items():
        yield case("whole", name, declared("tf.int32", a=[5], b=[5]) + f"fetches = [{expression}]", a=a, b=b)
    fractions = [
        "tf.floordiv(a, b)",
        "tf.floormod(a, b)",
        "tf.truncatediv(a, b)",
        "tf.round(a)",
        "tf.rint(a)",
        "tf.ceil(a)",
    ]
    a, b = np.array([1.0, -1.0, 2.5, -3.5, 0.5]), np.array([0.1, 0.3, -0.5, 2.0, 0.0])
    for number, expression in enumerate(fractions):
        yield case("fraction", str(number), declared(a=[5], b=[5]) + f"fetches = [{expression}]", a=a, b=b)
    wrong = {
        "two_types": "tf.constant(1.0) / tf.constant(2)",
        "two_types_add": "tf.constant(1.0) + tf.constant(2)",
        "two_types_maximum": "tf.maximum(0.0, tf.constant(1.0, tf.float64))",
        "where_one": "tf.where([True], [1.0])",
        "where_shapes": "tf.where([True, False], [1.0, 2.0], [1.0])",
        "axis": "tf.reduce_sum(tf.ones([2]), axis=1)",
        "axis_twice": "tf.reduce_sum(tf.ones([2]), axis=0, reduction_indices=0)",
        "sqrt_int": "tf.sqrt(tf.constant(4))",
        "all_float": "tf.reduce_all(tf.constant([1.0]))",
        "not_float": "tf.logical_not(tf.constant([1.0]))",
        "divide_by_zero": "tf.constant([1, 2]) // tf.constant([0, 1])",
        "modulo_zero": "tf.constant([1, 2]) % tf.constant([0, 1])",
        "negative_power": "tf.pow(tf.constant([2]), tf.constant([-1]))",
        "scalar_mul": "tf.scalar_mul([1.0, 2.0], tf.constant(1.0))",
        "add_n": "tf.add_n([])",
        "add_n_shapes": "tf.add_n([tf.ones([2]), tf.ones([3])])",
        "clip": "tf.clip_by_value(tf.ones([2]), tf.zeros([2, 1]), 1.0)",
        "cumsum_axis": "tf.cumsum(tf.ones([2]), axis=1)",
        "complex": "tf.complex(tf.constant(1.0), tf.constant(1.0, tf.float64))",
    }
    for name, expression in wrong.items():
        yield case("refused", name, f"fetches = [{expression}]")


def stored(value: Any) -> Any:
    """Return a value as it stands in the file."""
    if value is None:
        return None
    if isinstance(value, (bool, int, str)):
        return {"kind": "py", "value": value}
    if hasattr(value, "dense_shape"):
        parts = {name: stored(getattr(value, name)) for name in ("values", "indices")}
        return {"kind": "indexed_slices", **parts, "dense_shape": np.asarray(value.dense_shape).tolist()}
    array = np.asarray(value)
    return {
        "kind": "dense",
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "data": [_number(entry) for entry in array.ravel().tolist()],
    }


def _number(entry: Any) -> Any:
    if isinstance(entry, complex):
        return [_number(entry.real), _number(entry.imag)]
    return entry if not isinstance(entry, float) or np.isfinite(entry) else str(entry)


def array_of(entry: Any) -> np.ndarray[Any, Any]:
    """Return an input as an array, from the file or from a program above."""
    if not isinstance(entry, Mapping):
        return np.asarray(entry)
    numbers = [complex(*map(float, part)) if isinstance(part, list) else part for part in entry["data"]]
    kind = complex if entry["dtype"].startswith("complex") else float if entry["dtype"].startswith("float") else None
    return np.array(numbers, kind).astype(entry["dtype"]).reshape(entry["shape"])


def message(error: Exception) -> str:
    """Return the text of an error without the places in this script that TensorFlow quotes."""
    text = str(error).partition("\n\nOriginal stack trace")[0]
    if "Detected at node" in text:
        text = text.partition("\n\n")[0] + "\n\n" + text[text.index("Node:") :]
    return text[:600]


def run(tf: Any, program: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Run one program in TensorFlow; return its outputs, or the error that it raised."""
    names: dict[str, Any] = {"tf": tf, "np": np}
    config = tf.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    stage = "build"
    try:
        with tf.Graph().as_default(), tf.Session(config=config) as session:
            exec(program, names)
            fetches = names["fetches"]
            stage = "run"
            if tf.global_variables():
                session.run(tf.global_variables_initializer())
            feeds = {names[name]: array_of(entry) for name, entry in inputs.items()}
            tensors = [fetch for fetch in fetches if isinstance(fetch, (tf.Tensor, tf.IndexedSlices))]
            values = iter(session.run(tensors, feeds))
            outputs = [next(values) if isinstance(f, (tf.Tensor, tf.IndexedSlices)) else f for f in fetches]
    except Exception as error:
        mro = [kind.__name__ for kind in type(error).__mro__ if kind not in (BaseException, object)]
        return {"outputs": None, "error": {"stage": stage, "type": mro[0], "mro": mro, "message": message(error)}}
    return {"outputs": [stored(output) for output in outputs], "error": None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="the file of vectors, beside this script")
    parser.add_argument("--again", action="store_true", help="run the programs that stand in the file")
    options = parser.parse_args()
    path = HERE / options.file
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"] if options.again else list(programs())
    done = []
    for entry in cases:
        inputs = {
            name: value if isinstance(value, Mapping) else stored(value) for name, value in entry["inputs"].items()
        }
        done.append({**entry, "inputs": inputs, **run(tf, entry["program"], inputs)})
    meta = {
        "source": f"TensorFlow {tf.VERSION} compat.v1, graph mode, graph optimizer off",
        "numpy": np.__version__,
        "format": "inputs are fed to the placeholder bound to the same name; outputs follow fetches in order; "
        "null = None gradient; kind=py is a plain Python value; nan/inf are strings; complex numbers are pairs",
    }
    lines = ",\n".join(json.dumps(entry, allow_nan=False) for entry in done)
    path.write_text(f'{{"meta": {json.dumps(meta)}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
