"""``tf.linalg``: products, decompositions and norms of matrices."""

from __future__ import annotations

from gradnb.engine.ops.arrays import matrix_band_part as band_part
from gradnb.engine.ops.arrays import matrix_diag as diag
from gradnb.engine.ops.arrays import matrix_diag_part as diag_part
from gradnb.engine.ops.arrays import matrix_set_diag as set_diag
from gradnb.engine.ops.arrays import matrix_transpose as matrix_transpose
from gradnb.engine.ops.arrays import matrix_transpose as transpose
from gradnb.engine.ops.linalg import cholesky as cholesky
from gradnb.engine.ops.linalg import cross as cross
from gradnb.engine.ops.linalg import einsum as einsum
from gradnb.engine.ops.linalg import eye as eye
from gradnb.engine.ops.linalg import global_norm as global_norm
from gradnb.engine.ops.linalg import logdet as logdet
from gradnb.engine.ops.linalg import matmul as matmul
from gradnb.engine.ops.linalg import matrix_determinant as det
from gradnb.engine.ops.linalg import matrix_inverse as inv
from gradnb.engine.ops.linalg import matrix_solve as solve
from gradnb.engine.ops.linalg import matrix_triangular_solve as triangular_solve
from gradnb.engine.ops.linalg import norm as norm
from gradnb.engine.ops.linalg import qr as qr
from gradnb.engine.ops.linalg import self_adjoint_eig as eigh
from gradnb.engine.ops.linalg import self_adjoint_eigvals as eigvalsh
from gradnb.engine.ops.linalg import slogdet as slogdet
from gradnb.engine.ops.linalg import svd as svd
from gradnb.engine.ops.linalg import tensordot as tensordot
from gradnb.engine.ops.linalg import trace as trace
from gradnb.missing import absent

__all__ = [
    "band_part",
    "cholesky",
    "cross",
    "det",
    "diag",
    "diag_part",
    "eigh",
    "eigvalsh",
    "einsum",
    "eye",
    "global_norm",
    "inv",
    "logdet",
    "matmul",
    "matrix_transpose",
    "norm",
    "qr",
    "set_diag",
    "slogdet",
    "solve",
    "svd",
    "tensordot",
    "trace",
    "transpose",
    "triangular_solve",
]

__getattr__ = absent("linalg", __all__)
