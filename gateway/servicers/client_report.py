"""Serves `lamla.telemetry.v1.ClientReportService`."""

from __future__ import annotations

import grpc
from lamla.telemetry.v1 import client_report_service_pb2 as pb
from lamla.telemetry.v1 import client_report_service_pb2_grpc as pb_grpc

from gateway.flows.report_errors import ClientError, ReportErrors


class ClientReportServicer(pb_grpc.ClientReportServiceServicer):
    """Converts and delegates."""

    def __init__(self, report: ReportErrors) -> None:
        self._report = report

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_ClientReportServiceServicer_to_server(self, server)

    async def ReportErrors(
        self, request: pb.ReportErrorsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ReportErrorsResponse:
        self._report(map(_error_from_proto, request.errors), version=request.version)
        return pb.ReportErrorsResponse()


def _error_from_proto(message: pb.ClientError) -> ClientError:
    return ClientError(
        kind=message.kind,
        location=message.location,
        request_id=message.request_id,
        reason=message.reason,
        count=message.count,
    )
