"""What a name that gradnb does not have is answered with: what serves instead, or the names that are nearest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NoReturn

from gradnb.errors import NotInGradnbError
from gradnb.messages import text

#: How many near names are offered.
_OFFERED = 3
#: How alike a name must be to be offered, from 0 to 1: in the namespace where it was looked for, and in another one.
_LIKENESS_HERE, _LIKENESS_ELSEWHERE = 0.75, 0.85

#: Which names of TensorFlow are out, each with the message that says what serves instead.
_OUT: dict[str, str] = {
    name: key
    for key, names in {
        "control_flow": "cond case switch_case while_loop map_fn vectorized_map scan foldl foldr TensorArray autograph "
        "enable_control_flow_v2 disable_control_flow_v2",
        "saver": "train.Saver train.Checkpoint train.CheckpointManager train.latest_checkpoint train.import_meta_graph "
        "train.export_meta_graph train.checkpoint_exists train.get_checkpoint_state train.NewCheckpointReader "
        "train.load_checkpoint train.load_variable train.list_variables train.init_from_checkpoint train.write_graph "
        "saved_model import_graph_def graph_util GraphDef MetaGraphDef",
        "summary": "summary train.SummaryWriter profiler RunOptions RunMetadata",
        "contrib": "contrib",
        "keras": "keras Module estimator feature_column optimizers metrics lite",
        "tape": "GradientTape",
        "eager": "enable_eager_execution enable_v2_behavior enable_v2_tensorshape function py_function eager "
        "contrib.eager custom_gradient_tape init_scope",
        "resource": "enable_resource_variables resource_variables_enabled",
        "device": "device DeviceSpec config distribute tpu xla train.replica_device_setter train.Server "
        "train.ClusterSpec GPUOptions OptimizerOptions",
        "bfloat16": "bfloat16 quint8 qint8 qint32 qint16 quint16 quantize dequantize quantization",
        "data": "data io gfile image audio python_io TFRecordReader TextLineReader FixedLenFeature parse_example "
        "parse_single_example decode_csv decode_raw read_file write_file train.batch train.shuffle_batch "
        "train.string_input_producer train.start_queue_runners train.Coordinator train.QueueRunner train.Example "
        "train.Feature train.Features train.slice_input_producer FIFOQueue RandomShuffleQueue",
        "logging": "app flags get_logger sysconfig",
        "sparse": "SparseTensor SparseTensorValue sparse sparse_placeholder sparse_tensor_dense_matmul "
        "sparse_to_dense sparse_reduce_sum RaggedTensor ragged",
        "strings": "strings as_string string_join string_split string_to_number substr regex_replace reduce_join "
        "lookup",
        "rnn": "nn.rnn_cell nn.dynamic_rnn nn.static_rnn nn.bidirectional_dynamic_rnn nn.raw_rnn "
        "nn.static_bidirectional_rnn",
        "optimizer": "train.AdadeltaOptimizer train.AdagradDAOptimizer train.FtrlOptimizer "
        "train.ProximalAdagradOptimizer train.ProximalGradientDescentOptimizer train.SyncReplicasOptimizer "
        "train.ExponentialMovingAverage",
        "training": "train.MonitoredTrainingSession train.MonitoredSession train.SingularMonitoredSession "
        "train.Supervisor train.SessionRunHook train.StopAtStepHook train.LoggingTensorHook train.Scaffold "
        "train.NanTensorHook train.CheckpointSaverHook train.SummarySaverHook",
        "layer": "layers.conv1d layers.conv2d layers.conv3d layers.conv2d_transpose layers.separable_conv2d "
        "layers.max_pooling1d layers.max_pooling2d layers.average_pooling1d layers.average_pooling2d "
        "layers.batch_normalization layers.Dense layers.Dropout layers.Flatten layers.Conv2D layers.Layer "
        "layers.BatchNormalization",
        "print": "print",
        "assertion": "debugging assert_equal assert_less assert_less_equal assert_greater assert_greater_equal "
        "assert_positive assert_non_negative assert_rank assert_near assert_scalar",
        "distribution": "distributions random.categorical multinomial random.multinomial random_gamma random.gamma "
        "random_poisson random.poisson random_crop random.shuffle random_shuffle random.stateless_uniform "
        "random.stateless_normal",
    }.items()
    for name in names.split()
}

_known: dict[str, list[str]] = {}


def absent(namespace: str, names: Iterable[str]) -> Callable[[str], NoReturn]:
    """Return the ``__getattr__`` of a module that stands for one of TensorFlow's namespaces.

    Parameters
    ----------
    namespace : str
        What TensorFlow calls it: ``"nn"``, ``""`` for ``tf`` itself.
    names : iterable of str
        The names that it has.

    Returns
    -------
    callable
        Raises `NotInGradnbError` for the name that it is given.
    """
    _known[namespace] = list(names)

    def missing(name: str) -> NoReturn:
        raise error(namespace, name)

    return missing


def error(namespace: str, name: str) -> AttributeError:
    """Return the error for the name `name` that the namespace `namespace` does not have.

    Examples
    --------
    >>> import gradnb as tf
    >>> print(error("nn", "rleu"))
    module 'tf.nn' has no attribute 'rleu'. Did you mean tf.nn.relu?
    """
    place = f"tf.{namespace}" if namespace else "tf"
    sentence = f"module '{place}' has no attribute '{name}'."
    if name.startswith("_"):
        # Python itself asks for these, and only wants to know that they are not there.
        return AttributeError(sentence)
    dotted = f"{namespace}.{name}" if namespace else name
    if dotted in _OUT:
        help = text("missing.out", name=f"tf.{dotted}") + " " + text(f"missing.{_OUT[dotted]}")
    elif near := _nearest(namespace, name):
        help = text("missing.near", names=", ".join(f"tf.{candidate}" for candidate in near))
    else:
        help = text("missing.unknown", name=f"tf.{dotted}")
    return NotInGradnbError(f"{sentence} {help}")


def _nearest(namespace: str, name: str) -> list[str]:
    """Return the names that a misspelt or misplaced one may stand for, the likeliest first, each with its namespace."""
    here = {known.lower(): _dotted(namespace, known) for known in _known.get(namespace, ())}
    everywhere: dict[str, str] = {}
    for other, names in _known.items():
        everywhere = {spelt.lower(): _dotted(other, spelt) for spelt in names} | everywhere
    import difflib  # only for an error

    key = name.lower()
    # The very name, in other letters or in another namespace, is what was meant.
    for known in (here, everywhere):
        if key in known:
            return [known[key]]
    for known, likeness in ((here, _LIKENESS_HERE), (everywhere, _LIKENESS_ELSEWHERE)):
        if close := difflib.get_close_matches(key, known, n=_OFFERED, cutoff=likeness):
            return [known[match] for match in close]
    return []


def _dotted(namespace: str, name: str) -> str:
    return f"{namespace}.{name}" if namespace else name
