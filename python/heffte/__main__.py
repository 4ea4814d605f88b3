"""``python -m heffte``."""

import sys

from ._command import main

sys.exit(main())
