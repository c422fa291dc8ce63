"""What a shop may not show (II.B): adult, weapon, violence, badges and text overlays, watermarks."""

from pipeline.compliance.verdicts import ComplianceJudge, judge, version

__all__ = ["ComplianceJudge", "judge", "version"]
