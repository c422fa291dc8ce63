"""Quality (II.A): blur, an object too small for its frame, a placeholder without content; measured rules."""

from pipeline.quality.judges import QualityJudges
from pipeline.quality.rules import judge_rules

__all__ = ["QualityJudges", "judge_rules"]
