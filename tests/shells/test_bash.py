"""``use`` in a real bash."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def test_use_sets_the_key_and_a_failure_is_seen(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = a'b$(touch pwned)\n"
    )
    script = """
    eval "$(awsenv use dev)" && printf '%s\\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"
    eval "$(awsenv use nope)" || echo refused
    """
    environ = {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.defpath}"}
    result = subprocess.run(
        [bash, "-c", script], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == ["AKIADEV", "a'b$(touch pwned)", "refused"]
    assert "no profile named nope" in result.stderr
    assert not (tmp_path / "pwned").exists()
