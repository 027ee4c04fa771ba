package pss

import (
	"math/rand/v2"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
)

// generator makes pods as JSON that the API server can decode: every field that a check reads, missing, null, right and
// wrong in every way, and keys in a case that means nothing.
type generator struct {
	*rand.Rand
	// wrong is the probability that a field gets a value that some check refuses.
	wrong     float64
	revisions []api.Version
}

type object = map[string]any

// missing stands for a key that is not there.
type missing struct{}

// pick takes a value of the first list, or of the second with the probability of wrong ones.
func (g *generator) pick(right, wrong []any) any {
	if len(right) == 0 || g.Float64() < g.wrong {
		return one(g, wrong)
	}
	return one(g, right)
}

// fields is the object without its missing keys; sometimes a key is in another case, so that it says nothing.
func (g *generator) fields(o object) object {
	for key, value := range o {
		if _, absent := value.(missing); absent {
			delete(o, key)
			continue
		}
		if g.IntN(400) == 0 && len(key) > 1 {
			delete(o, key)
			o[one(g, []string{strings.ToUpper(key), strings.ToLower(key) + "_", strings.ToUpper(key[:1]) + key[1:]})] = value
		}
	}
	return o
}

func (g *generator) chance(n int) bool { return g.IntN(n) == 0 }

func list(values ...any) []any { return values }

var absent = missing{}

// version is any, half of the time one with a change of the standards or the one before.
func (g *generator) version() api.Version {
	version := one(g, versions())
	if g.chance(2) || version.Latest() {
		return version
	}
	revision := one(g, g.revisions)
	if revision.Latest() || revision.Minor() == 0 || g.chance(2) {
		return revision
	}
	return api.MajorMinorVersion(1, revision.Minor()-1)
}

func (g *generator) pod() object {
	metadata := g.fields(object{
		"name":         g.pick(list("task-api", absent), list("task-api")),
		"generateName": g.pick(list("task-api-", absent), list(nil)),
		"labels":       g.pick(list(object{"app": "task-api"}, absent, nil), list(object{"privileged": "true"})),
		"annotations":  g.annotations(),
	})
	pod := object{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": g.spec()}
	switch g.IntN(300) {
	case 0:
		pod["spec"] = nil
	case 1:
		delete(pod, "spec")
	case 2:
		delete(pod, "metadata")
	case 3:
		pod["metadata"] = nil
	}
	return pod
}

const (
	appArmor         = corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix
	seccompPod       = "seccomp.security.alpha.kubernetes.io/pod"
	seccompContainer = "container.seccomp.security.alpha.kubernetes.io/"
)

func (g *generator) annotations() any {
	if g.chance(3) {
		return one(g, list(absent, nil, object{}))
	}
	annotations := object{}
	for range g.IntN(4) {
		key := one(g, []string{appArmor + g.name(), appArmor + g.name(), appArmor, strings.ToUpper(appArmor) + "app",
			seccompPod, seccompPod + "s", seccompContainer + g.name(), seccompContainer + g.name(), seccompContainer,
			"example.com/note", "apparmor.security.beta.kubernetes.io/app"})
		annotations[key] = g.pick(list("runtime/default", "localhost/task-api", "runtime/default"),
			list("unconfined", "docker/default", "Runtime/default", "localhost", " localhost/x", "", nil))
	}
	return annotations
}

func (g *generator) name() string {
	return one(g, []string{"app", "init", "proxy", "debug", "gone", ""})
}

func (g *generator) spec() object {
	spec := g.fields(object{
		"hostNetwork":           g.pick(list(absent, absent, false, nil), list(true)),
		"hostPID":               g.pick(list(absent, absent, false, nil), list(true)),
		"hostIPC":               g.pick(list(absent, absent, false, nil), list(true)),
		"shareProcessNamespace": g.pick(list(absent, true), list(nil)),
		"hostUsers":             one(g, list(absent, absent, nil, true, false, false)),
		"os": one(g, list(absent, absent, absent, nil, object{}, object{"name": "linux"}, object{"name": "windows"},
			object{"name": "windows"}, object{"name": "Windows"}, object{"name": ""}, object{"name": nil})),
		"nodeSelector":    g.pick(list(absent, object{"kubernetes.io/os": "windows"}), list(nil)),
		"securityContext": g.podSecurityContext(),
		"volumes":         g.volumes(),
		"restartPolicy":   g.pick(list(absent, "Always"), list("Never")),
	})
	spec["containers"] = g.containers(1, 3, func(c object) object { return c })
	if g.chance(3) {
		spec["initContainers"] = g.containers(0, 3, func(c object) object {
			if g.chance(2) {
				c["restartPolicy"] = "Always"
			}
			return c
		})
	}
	if g.chance(4) {
		spec["ephemeralContainers"] = g.containers(0, 2, func(c object) object {
			if g.chance(2) {
				c["targetContainerName"] = "app"
			}
			return c
		})
	}
	return spec
}

func (g *generator) containers(least, most int, finish func(object) object) any {
	if g.Float64() < g.wrong/4 {
		return one(g, list(nil, list(), list(nil), list(object{})))
	}
	containers := []any{}
	for range least + g.IntN(most-least+1) {
		containers = append(containers, finish(g.container()))
	}
	return containers
}

func (g *generator) container() object {
	return g.fields(object{
		"name":            g.pick(list("app", "init", "proxy", "debug"), list("app", "", nil, absent)),
		"image":           g.pick(list("ghcr.io/task-api/server:1.4.2"), list("", absent)),
		"securityContext": g.securityContext(),
		"ports":           g.ports(),
		"livenessProbe":   g.probe(),
		"readinessProbe":  g.probe(),
		"startupProbe":    g.probe(),
		"lifecycle": g.pick(list(absent, absent, nil, object{}), list(
			g.fields(object{"postStart": g.handler(), "preStop": g.handler()}))),
	})
}

func (g *generator) ports() any {
	port := func() any {
		return g.pick(
			list(object{"containerPort": 8000}, object{"containerPort": 8000, "hostPort": 0}, object{},
				object{"containerPort": 8000, "hostPort": nil}, object{"containerPort": 0}, object{"containerPort": nil}),
			list(object{"containerPort": 8000, "hostPort": 8000}, object{"hostPort": 1}, object{"hostPort": -1}, nil,
				object{"containerPort": 8000, "HostPort": 8000}))
	}
	return g.pick(list(absent, nil, list(), list(port()), list(port())), list(list(port(), port())))
}

func (g *generator) probe() any {
	if !g.chance(3) {
		return absent
	}
	return g.pick(list(absent, nil, object{}, g.handler()), list(g.handler()))
}

// handler is a probe or a lifecycle hook.
func (g *generator) handler() any {
	host := func() any {
		return g.pick(list(absent, absent, "", nil), list("169.254.169.254", "127.0.0.1", "::1", "task-api", " "))
	}
	return one(g, list(nil, object{}, object{"exec": object{"command": list("true")}},
		object{"httpGet": nil}, object{"tcpSocket": nil},
		object{"httpGet": g.fields(object{"port": 8000, "host": host(), "httpHeaders": list(object{"name": "Host", "value": "x"})})},
		object{"tcpSocket": g.fields(object{"port": "http", "host": host()})},
		object{"httpGet": g.fields(object{"port": 1, "host": host()}), "tcpSocket": g.fields(object{"port": 1, "host": host()})}))
}

func (g *generator) seccompProfile() any {
	return g.pick(list(absent, nil, object{"type": "RuntimeDefault"}, object{"type": "RuntimeDefault"},
		object{"type": "Localhost", "localhostProfile": "x"}),
		list(absent, nil, object{}, object{"type": "Unconfined"}, object{"type": ""}, object{"type": nil},
			object{"type": "runtimedefault"}, object{"Type": "RuntimeDefault"}, object{"type": "runtime/default"}))
}

func (g *generator) appArmorProfile() any {
	return g.pick(list(absent, absent, nil, object{"type": "RuntimeDefault"}, object{"type": "Localhost", "localhostProfile": "x"}),
		list(object{}, object{"type": "Unconfined"}, object{"type": ""}, object{"type": nil}, object{"type": "localhost"}))
}

func (g *generator) seLinuxOptions() any {
	return g.pick(list(absent, absent, nil, object{}, object{"type": "container_t", "level": "s0"},
		object{"type": "", "user": "", "role": ""}, object{"type": nil, "user": nil, "role": nil},
		object{"type": "container_init_t"}, object{"type": "container_kvm_t"}),
		list(object{"type": "container_engine_t"}, object{"type": "container_engine_t"}, object{"type": "spc_t"},
			object{"type": "Container_t"}, object{"user": "system_u"}, object{"role": "system_r"},
			object{"type": "container_t", "user": "u", "role": "r"}))
}

func (g *generator) windowsOptions() any {
	return g.pick(list(absent, absent, nil, object{}, object{"hostProcess": false}, object{"hostProcess": nil},
		object{"runAsUserName": "ContainerUser"}), list(object{"hostProcess": true}))
}

func (g *generator) podSecurityContext() any {
	if g.Float64() < g.wrong/2 {
		return one(g, list(absent, nil, object{}))
	}
	seccomp := g.seccompProfile()
	if g.chance(2) {
		seccomp = object{"type": "RuntimeDefault"}
	}
	return g.fields(object{
		"runAsNonRoot":    g.pick(list(true, true, true, nil, absent), list(false, nil, absent)),
		"runAsUser":       g.pick(list(absent, nil, 1000, 1), list(0)),
		"fsGroup":         g.pick(list(absent, 1000), list(0)),
		"seccompProfile":  seccomp,
		"appArmorProfile": g.appArmorProfile(),
		"seLinuxOptions":  g.seLinuxOptions(),
		"windowsOptions":  g.windowsOptions(),
		"sysctls":         g.sysctls(),
	})
}

func (g *generator) sysctls() any {
	if !g.chance(4) {
		return one(g, list(absent, nil, list()))
	}
	var sysctls []any
	for range 1 + g.IntN(2) {
		name := g.pick(list("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
			"net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports",
			"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
			"net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
			"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"),
			list("kernel.msgmax", "net/ipv4/tcp_syncookies", "Net.ipv4.tcp_syncookies", "", nil, absent))
		sysctls = append(sysctls, g.fields(object{"name": name, "value": "1"}))
	}
	if g.Float64() < g.wrong/10 {
		sysctls = append(sysctls, nil)
	}
	return sysctls
}

func (g *generator) securityContext() any {
	if g.Float64() < g.wrong/2 {
		return one(g, list(absent, nil, object{}))
	}
	return g.fields(object{
		"privileged":               g.pick(list(absent, absent, nil, false), list(true)),
		"allowPrivilegeEscalation": g.pick(list(false), list(true, nil, absent)),
		"readOnlyRootFilesystem":   g.pick(list(true), list(absent)),
		"capabilities":             g.capabilities(),
		"procMount":                g.pick(list(absent, absent, nil, "Default"), list("Unmasked", "Unmasked", "", "default")),
		"runAsNonRoot":             g.pick(list(true, nil, absent), list(false)),
		"runAsUser":                g.pick(list(absent, nil, 1000, -1), list(0)),
		"seccompProfile":           g.seccompProfile(),
		"appArmorProfile":          g.appArmorProfile(),
		"seLinuxOptions":           g.seLinuxOptions(),
		"windowsOptions":           g.windowsOptions(),
	})
}

func (g *generator) capabilities() any {
	if g.Float64() < g.wrong/2 {
		return one(g, list(absent, nil, object{}))
	}
	drop := g.pick(list(list("ALL"), list("ALL"), list("NET_RAW", "ALL")),
		list(absent, nil, list(), list("all"), list("CAP_ALL"), list("NET_RAW"), list(nil), list("")))
	var add any = absent
	if g.chance(4) {
		added := []any{}
		for range g.IntN(3) {
			added = append(added, g.pick(list("NET_BIND_SERVICE"), list("CHOWN", "AUDIT_WRITE", "SETUID", "MKNOD", "chown",
				"SYS_ADMIN", "ALL", "all", "NET_RAW", "CAP_SYS_ADMIN", "CAP_NET_BIND_SERVICE", "net_bind_service", nil, "")))
		}
		add = added
	} else if g.chance(8) {
		add = nil
	}
	return g.fields(object{"drop": drop, "add": add})
}

var allowedSources = []string{"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image",
	"persistentVolumeClaim", "projected", "secret"}

var forbiddenSources = []string{"gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd",
	"flexVolume", "cinder", "cephfs", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk",
	"portworxVolume", "photonPersistentDisk", "scaleIO", "storageos", "hostPath", "hostPath", "hostPath", "hostPath"}

// volumes have no keys in another case: a source that nobody knows is refused here, and dropped by the decoder there.
func (g *generator) volumes() any {
	if g.chance(3) {
		return one(g, list(absent, nil, list()))
	}
	volumes := []any{}
	for i := range 1 + g.IntN(2) {
		volume := object{"name": string(rune('a' + i))}
		if g.Float64() < g.wrong {
			volume[one(g, forbiddenSources)] = object{}
			if g.chance(4) {
				volume[one(g, forbiddenSources)] = object{}
			}
			if g.chance(4) {
				volume[one(g, allowedSources)] = one(g, list(object{}, nil))
			}
		} else if !g.chance(6) {
			volume[one(g, allowedSources)] = object{}
			volume[one(g, forbiddenSources)] = nil
		}
		volumes = append(volumes, volume)
	}
	if g.Float64() < g.wrong/4 {
		volumes = append(volumes, nil)
	}
	return volumes
}
