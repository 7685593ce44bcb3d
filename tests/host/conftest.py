from tests.host.portal import portal

__all__ = ["portal"]
