{{- define "mentoring.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "mentoring.selector" -}}
app.kubernetes.io/name: mentoring
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "mentoring.labels" -}}
{{ include "mentoring.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "mentoring.host" -}}
{{- regexReplaceAll ":[0-9]+$" (urlParse .Values.siteUrl).host "" -}}
{{- end }}

{{- define "mentoring.secret" -}}
{{- .Values.existingSecret | default (include "mentoring.name" .) -}}
{{- end }}

{{- define "mentoring.claim" -}}
{{- .Values.data.existingClaim | default (printf "%s-data" (include "mentoring.name" .)) -}}
{{- end }}

{{- define "mentoring.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end }}

{{/* What every container of the product has. */}}
{{- define "mentoring.container" -}}
image: {{ include "mentoring.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
envFrom:
  - configMapRef: {name: {{ include "mentoring.name" . }}}
  - secretRef: {name: {{ include "mentoring.secret" . }}}
{{ include "mentoring.unprivileged" . }}
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "mentoring.unprivileged" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* What every pod of the product has. A new configuration makes new pods. */}}
{{- define "mentoring.pod" -}}
automountServiceAccountToken: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
volumes:
  - name: data
    persistentVolumeClaim: {claimName: {{ include "mentoring.claim" . }}}
  - name: tmp
    emptyDir: {}
{{- end }}

{{/* PgBouncer, as a container that starts before web and ends after it. */}}
{{- define "mentoring.pooler" -}}
initContainers:
  - name: pooler
    image: {{ .Values.pooler.image }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command: ["pgbouncer", "/etc/pgbouncer/pgbouncer.ini"]
    restartPolicy: Always
    {{- include "mentoring.unprivileged" . | nindent 4 }}
    volumeMounts:
      - {name: pooler, mountPath: /etc/pgbouncer, readOnly: true}
    resources: {{ toYaml .Values.pooler.resources | nindent 6 }}
{{- end }}

{{/* Workers and beat begin once the release has made the tables. Web tells by its readiness. */}}
{{- define "mentoring.waiting" -}}
initContainers:
  - name: wait-for-release
    {{- include "mentoring.container" . | nindent 4 }}
    command: ["sh", "-c", "until python manage.py migrate --check; do sleep 5; done"]
    resources: {{ toYaml .Values.beat.resources | nindent 6 }}
{{- end }}

{{- define "mentoring.checksum" -}}
checksum/variables: {{ include (print .Template.BasePath "/variables.yaml") . | sha256sum }}
{{- end }}

{{/* Pods of one process are spread over machines. */}}
{{- define "mentoring.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "mentoring.selector" . | nindent 8 }}
{{- end }}

{{- define "mentoring.budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "mentoring.name" .root }}-{{ .component }}
  labels: {{ include "mentoring.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{ include "mentoring.selector" . | nindent 6 }}
{{- end }}

{{- define "mentoring.scaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "mentoring.name" .root }}-{{ .component }}
  labels: {{ include "mentoring.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "mentoring.name" .root }}-{{ .component }}
  minReplicas: {{ .scaling.from }}
  maxReplicas: {{ .scaling.to }}
  metrics:
    {{- if .scaling.metric }}
    - type: External
      external:
        metric: {name: {{ .scaling.metric }}}
        target: {type: Value, value: {{ .scaling.seconds | quote }}}
    {{- else }}
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ .scaling.cpu }}}
    {{- end }}
{{- end }}
