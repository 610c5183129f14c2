"""``python -m gradnb`` is the command ``gradnb``."""

from gradnb.cli import main

raise SystemExit(main())
