import type { EndpointSliceRecord } from "../model/endpoint-slice";

/** The label by which the writer of a slice signs it. */
export const sliceManagerLabel = "endpointslice.kubernetes.io/managed-by";
export const sliceController = "endpointslice-controller.k8s.io";

/** Written by somebody else than the EndpointSlice controller, which signs its own. Where none of a Service's slices is signed, all are taken for its. */
export function isCustomSlice(slice: EndpointSliceRecord, all: readonly EndpointSliceRecord[]): boolean {
  return all.some(({ labels }) => sliceManagerLabel in labels) && slice.labels[sliceManagerLabel] !== sliceController;
}
